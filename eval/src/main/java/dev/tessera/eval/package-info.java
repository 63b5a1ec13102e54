/** Quality metrics, exactly as the project's reference script defines them (eval/src/test/python/reference_metrics.py). */
package dev.tessera.eval;
