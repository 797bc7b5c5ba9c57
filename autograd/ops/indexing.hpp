#pragma once

#include <string>

#include <gradus/autograd/kernels/index.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of ops that take indices.
namespace gradus::indexing {

/// Throws DTypeError unless `index` is int64.
void check_dtype(const Tensor& index);

/// Throws so, and IndexError unless 0 <= index < size everywhere. The text calls
/// what is indexed `what()`.
void check(const Tensor& index, std::int64_t size, kernels::FunctionRef<std::string()> what);

/// Likewise for the size of dimension `dim` of x.
void check(const Tensor& x, std::size_t dim, const Tensor& index);

/// A 1-d `index` as one of `shape`, constant along all dimensions but `dim`.
Tensor along(const Tensor& index, std::size_t dim, const Shape& shape);

/// Values, unrecorded, of y[..., i, ...] = x[..., index[..., i, ...], ...] with the shape of `index`, which
/// is checked.
Tensor gather(const Tensor& x, std::size_t dim, const Tensor& index);

/// Zeros of `shape` with every element of `source` added at `index` along `dim`, as by `scatter_add`, which
/// has checked the index; recorded.
Tensor add_at(const Shape& shape, std::int64_t dim, const Tensor& index, const Tensor& source);

/// The same for a list of places, as by `index_add`.
Tensor add_rows(const Shape& shape, std::int64_t dim, const Tensor& list, const Tensor& source);

/// `x`, or a row-major copy if its neighbours in memory are others than those of a row-major tensor, for
/// which each element would be read from another line of the cache.
Tensor in_order(const Tensor& x);

/// How to walk `target`, `source` and `index` column by column along `dim`.
kernels::Scatter plan(const Tensor& target, std::size_t dim, const Tensor& index, const Tensor& source);

/// Calls `put(target[..., index[..., i, ...], ...], source[..., i, ...])` for every element of `index`, in
/// ascending order along `dim`; T is the dtype of both. The target is row-major. Of a wrong index it is left
/// unfinished: it must not be known to anybody yet.
template <Element T, class Put>
void scatter(const Tensor& target, std::size_t dim, const Tensor& index, const Tensor& source, Put put) {
  const Tensor from = in_order(source);
  if (!kernels::scatter(plan(target, dim, index, from), target.mutable_data<T>(), from.data<T>(),
                        index.data<std::int64_t>(), put))
    check(target, dim, index);
}

}  // namespace gradus::indexing
