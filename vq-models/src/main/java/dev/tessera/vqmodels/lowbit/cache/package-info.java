/** Keys and values of attention in few bits, for models that look back over long streams. */
package dev.tessera.vqmodels.lowbit.cache;
