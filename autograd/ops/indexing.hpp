#pragma once

#include <string>

#include <gradus/autograd/kernels/index.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of ops that take indices.
namespace gradus::indexing {

/// Throws DTypeError unless `index` is int64, IndexError unless 0 <= index < size everywhere. The text calls
/// what is indexed `what`.
void check(const Tensor& index, std::int64_t size, const std::string& what);

/// A 1-d `index` as one of `shape`, constant along all dimensions but `dim`.
Tensor along(const Tensor& index, std::size_t dim, const Shape& shape);

/// Values, unrecorded, of y[..., i, ...] = x[..., index[..., i, ...], ...] with the shape of `index`.
Tensor gather(const Tensor& x, std::size_t dim, const Tensor& index);

/// Zeros of `shape` with every element of `source` added at `index` along `dim`, as by `scatter_add`, which
/// has checked the index; recorded.
Tensor add_at(const Shape& shape, std::int64_t dim, const Tensor& index, const Tensor& source);

/// The same for a list of places, as by `index_add`.
Tensor add_rows(const Shape& shape, std::int64_t dim, const Tensor& list, const Tensor& source);

/// Calls `put(target[..., index[..., i, ...], ...], source[..., i, ...])` for every element of `index`, in
/// ascending order along `dim`; T is the dtype of both.
template <Element T, class Put>
void scatter(const Tensor& target, std::size_t dim, const Tensor& index, const Tensor& source, Put put) {
  Shape columns = index.shape();
  Strides to = target.strides(), from = source.strides(), at = index.strides();
  kernels::Scatter plan{{}, columns[dim], to[dim], from[dim], at[dim]};
  for (Dims* dims : {&columns, &to, &from, &at}) dims->erase(dim);
  plan.columns = kernels::plan_walk(columns, to, from, at);
  kernels::scatter(plan, target.mutable_data<T>(), source.data<T>(), index.data<std::int64_t>(), put);
}

}  // namespace gradus::indexing
