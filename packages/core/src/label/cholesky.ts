/** @file Symmetric positive definite systems: A = LLᵀ, in double precision. Matrices are row-major [size, size]; the lower half counts. */

/** The lower triangle L, in a new matrix. Throws RangeError where A is not positive definite. */
export function factorize(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * size + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (lower[i * size + k] as number) * (lower[j * size + k] as number);
      if (i !== j) lower[i * size + j] = sum / (lower[j * size + j] as number);
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return lower;
}

/** Solves L x = b in place. */
export function solveLower(lower: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let i = 0; i < size; i += 1) {
    let sum = vector[i] as number;
    for (let k = 0; k < i; k += 1) sum -= (lower[i * size + k] as number) * (vector[k] as number);
    vector[i] = sum / (lower[i * size + i] as number);
  }
}

/** Solves Lᵀ x = b in place. */
export function solveUpper(lower: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let i = size - 1; i >= 0; i -= 1) {
    const value = (vector[i] as number) / (lower[i * size + i] as number);
    vector[i] = value;
    for (let k = 0; k < i; k += 1) vector[k] = (vector[k] as number) - (lower[i * size + k] as number) * value;
  }
}
