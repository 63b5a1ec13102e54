/** Methods that choose scales and codes of low-bit weights, with and without calibration inputs. */
package dev.tessera.vqmodels.lowbit.fit;
