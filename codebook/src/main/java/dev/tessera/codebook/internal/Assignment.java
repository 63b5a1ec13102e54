package dev.tessera.codebook.internal;

import java.util.Arrays;

/**
 * The one-to-one assignment of rows to columns with the least sum of costs, by shortest augmenting paths (Jonker and
 * Volgenant 1987, without their augmenting row reduction). O(n^3) time at worst, O(n) memory beside the costs.
 */
public final class Assignment {
    private final double[][] cost;
    private final int n;
    private final double[] rowPrice;
    private final double[] columnPrice;
    private final int[] columnOfRow; // -1 while free
    private final int[] rowOfColumn;

    private Assignment(double[][] cost) {
        this.cost = cost;
        this.n = cost.length;
        this.rowPrice = new double[n];
        this.columnPrice = new double[n];
        this.columnOfRow = new int[n];
        this.rowOfColumn = new int[n];
        Arrays.fill(columnOfRow, -1);
        Arrays.fill(rowOfColumn, -1);
    }

    /**
     * The column of each row.
     *
     * @param cost {@code [n x n]}, finite
     */
    public static int[] minimum(double[][] cost) {
        Assignment assignment = new Assignment(cost);
        assignment.reduceColumns();
        for (int row = 0; row < assignment.n; row++) {
            if (assignment.columnOfRow[row] < 0) {
                assignment.augment(row);
            }
        }
        return assignment.columnOfRow;
    }

    /** Prices each column at its cheapest row, and gives it that row if still free. */
    private void reduceColumns() {
        Arrays.fill(columnPrice, Double.POSITIVE_INFINITY);
        int[] cheapest = new int[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (cost[i][j] < columnPrice[j]) {
                    columnPrice[j] = cost[i][j];
                    cheapest[j] = i;
                }
            }
        }
        for (int j = 0; j < n; j++) {
            if (columnOfRow[cheapest[j]] < 0) {
                columnOfRow[cheapest[j]] = j;
                rowOfColumn[j] = cheapest[j];
            }
        }
    }

    /**
     * Dijkstra's search over reduced costs from a free row to the nearest free column, then the swap along the path.
     */
    private void augment(int freeRow) {
        double[] distance = new double[n];
        int[] before = new int[n]; // row from which each column was reached
        int[] open = new int[n]; // columns without a final distance come first
        Arrays.fill(distance, Double.POSITIVE_INFINITY);
        Arrays.setAll(open, j -> j);
        int opened = n;
        int row = freeRow;
        int column;
        double reached = 0;
        do {
            double[] costs = cost[row];
            double base = reached - rowPrice[row];
            int nearest = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int o = 0; o < opened; o++) {
                int j = open[o];
                double through = base + costs[j] - columnPrice[j];
                if (through < distance[j]) {
                    distance[j] = through;
                    before[j] = row;
                }
                if (distance[j] < least || (distance[j] == least && rowOfColumn[j] < 0)) {
                    least = distance[j];
                    nearest = o;
                }
            }
            column = open[nearest];
            open[nearest] = open[--opened];
            open[opened] = column;
            reached = least;
            row = rowOfColumn[column];
        } while (row >= 0);
        rowPrice[freeRow] += reached;
        for (int o = opened; o < n; o++) {
            int j = open[o];
            if (j != column) {
                rowPrice[rowOfColumn[j]] += reached - distance[j];
            }
            columnPrice[j] -= reached - distance[j];
        }
        swap(column, before, freeRow);
    }

    private void swap(int freeColumn, int[] before, int freeRow) {
        int column = freeColumn;
        int row;
        do {
            row = before[column];
            rowOfColumn[column] = row;
            int next = columnOfRow[row];
            columnOfRow[row] = column;
            column = next;
        } while (row != freeRow);
    }
}
