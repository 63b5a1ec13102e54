/** How learners are found that another module brings because of the licence of a library they stand on. */
package dev.tessera.eval.learn;
