package dev.tessera.codebook.learn;

/**
 * The parametric start of optimized product quantization (Ge, He, Ke and Sun 2013): principal components
 * go to subspaces so that the products of their variances come out alike.
 */
final class EigenvalueAllocation {
    private static final double SMALLEST = 1e-12; // of the largest eigenvalue; what is below counts as that

    private EigenvalueAllocation() {}

    /**
     * From the largest eigenvalue to the smallest, each goes to the subspace with the smallest product so far that has
     * room; the first of equal ones. Eigenvalues are taken relative to the smallest, so that no factor lowers a
     * product.
     *
     * @param eigenvalues falling, at least 0
     * @param dims room of each subspace, with the number of eigenvalues as sum
     * @return the component for each dimension of the subspaces in order
     */
    static int[] components(double[] eigenvalues, int[] dims) {
        double floor = Math.max(eigenvalues[0] * SMALLEST, Double.MIN_NORMAL);
        double smallest = Math.max(eigenvalues[eigenvalues.length - 1], floor);
        double[] logProducts = new double[dims.length];
        int[] filled = new int[dims.length];
        int[] begins = new int[dims.length];
        for (int m = 1; m < dims.length; m++) {
            begins[m] = begins[m - 1] + dims[m - 1];
        }
        int[] components = new int[eigenvalues.length];
        for (int c = 0; c < eigenvalues.length; c++) {
            int target = -1;
            for (int m = 0; m < dims.length; m++) {
                if (filled[m] < dims[m] && (target < 0 || logProducts[m] < logProducts[target])) {
                    target = m;
                }
            }
            components[begins[target] + filled[target]] = c;
            filled[target]++;
            logProducts[target] += StrictMath.log(Math.max(eigenvalues[c], floor) / smallest);
        }
        return components;
    }
}
