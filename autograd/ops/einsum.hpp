#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Products of tensors, all of which run as matrix products. Floating dtypes; two dtypes throw DTypeError,
/// sizes that do not fit ShapeError.

/// Einstein's summation: each dimension of each operand has a letter; equal letters run together, and those
/// that are not in the result are summed over. "ij,jk->ik" is matmul, "bi,bi->b" products of rows, "ii->i" a
/// diagonal, "ij->ji" a transpose. "..." stands for any further dimensions, which broadcast. Without "->" the
/// result has "..." and the letters that occur once, in alphabetical order. Spaces do not matter. Operands
/// are multiplied from left to right. Throws ValueError for an equation that cannot be read.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands,
              SourceLocation at = SourceLocation::current());

namespace detail {
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t count, const SourceLocation& at);
}

/// Sum over dims_a[i] of `a` and dims_b[i] of `b` running together; the result has what is left of both.
Tensor tensordot(const Tensor& a, const Tensor& b, const Dims& dims_a, const Dims& dims_b,
                 SourceLocation at = SourceLocation::current());
/// The same over the last `count` dimensions of `a` and the first of `b`; 0 gives all products of pairs. (A
/// template, so that `{1}` in its place is a list of dimensions.)
Tensor tensordot(const Tensor& a, const Tensor& b, std::integral auto count,
                 SourceLocation at = SourceLocation::current()) {
  return detail::tensordot(a, b, static_cast<std::int64_t>(count), at);
}

/// [m, k] x [k, n] -> [m, n].
Tensor mm(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// [m, k] x [k] -> [m].
Tensor mv(const Tensor& a, const Tensor& x, SourceLocation at = SourceLocation::current());

/// Factors of a sum with a product.
struct AddMmOptions {
  double beta = 1;   ///< of what is added
  double alpha = 1;  ///< of the product
};
/// beta x + alpha a b for matrices a [m, k] and b [k, n]; x broadcasts to [m, n]. With beta = 0, x counts for
/// nothing, even where it is NaN.
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options = {},
             SourceLocation at = SourceLocation::current());
/// The same for batches of matrices: a [n, m, k], b [n, k, p], x broadcasts to [n, m, p].
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options = {},
               SourceLocation at = SourceLocation::current());
/// beta y + alpha a x for a matrix [m, n] and a vector [n]; y broadcasts to [m].
Tensor addmv(const Tensor& y, const Tensor& a, const Tensor& x, const AddMmOptions& options = {},
             SourceLocation at = SourceLocation::current());

}  // namespace gradus
