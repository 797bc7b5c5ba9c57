#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <gradus/autograd/members.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

/// Something with `size()` and `get(i)`, where an element is a tensor, a number, or an aggregate, pair or
/// tuple of those. `get(i, generator)` instead is for elements with a random part; a loader gives each
/// element of each epoch a generator of its own, so that they do not depend on order or threads.
/// `get_batch(indices)` may fetch many at once.
template <class D>
concept Dataset = requires(const D& dataset, std::int64_t i, Generator& generator) {
  { dataset.size() } -> std::convertible_to<std::int64_t>;
}
&&(
    requires(const D& d, std::int64_t i) { d.get(i); } ||
    requires(const D& d, std::int64_t i, Generator& g) { d.get(i, g); });

/// Number of elements, signed whatever type `size()` has.
template <Dataset D>
std::int64_t element_count(const D& dataset) {
  return static_cast<std::int64_t>(dataset.size());
}

/// Element i, with a generator if the dataset wants one.
template <Dataset D>
auto element(const D& dataset, std::int64_t i, Generator& generator) {
  if constexpr (requires { dataset.get(i, generator); })
    return dataset.get(i, generator);
  else
    return dataset.get(i);
}

template <Dataset D>
using ElementOf = decltype(element(std::declval<const D&>(), 0, std::declval<Generator&>()));

/// Throws IndexError unless 0 <= i < size.
inline void check_index(std::int64_t i, std::int64_t size) {
  require<IndexError>(i >= 0 && i < size, "dataset: element {} does not exist; there are {}", i, size);
}

/// Rows of tensors that have the same first size: element i is the i-th row of each.
template <std::size_t N>
class TensorDataset {
 public:
  /// Throws ShapeError unless all tensors have the same first size.
  template <std::same_as<Tensor>... T>
  requires(sizeof...(T) == N) explicit TensorDataset(const T&... tensors) : tensors_{tensors...} {
    for (const Tensor& x : tensors_)
      require<ShapeError>(x.rank() > 0 && x.size(0) == tensors_[0].size(0),
                          "TensorDataset: {} and {} differ in their first size", tensors_[0].shape(),
                          x.shape());
  }

  std::int64_t size() const { return tensors_[0].size(0); }
  std::array<Tensor, N> get(std::int64_t i) const {
    check_index(i, size());
    std::array<Tensor, N> rows;
    for (std::size_t k = 0; k < N; ++k) rows[k] = select(tensors_[k], 0, i);
    return rows;
  }
  std::array<Tensor, N> get_batch(std::span<const std::int64_t> indices) const {
    const Tensor rows = from_span(indices);
    std::array<Tensor, N> batch;
    for (std::size_t k = 0; k < N; ++k) batch[k] = index_select(tensors_[k], 0, rows);
    return batch;
  }

 private:
  std::array<Tensor, N> tensors_;
};
template <std::same_as<Tensor>... T>
requires(sizeof...(T) >= 1) TensorDataset(const T&...)
->TensorDataset<sizeof...(T)>;

/// `f(element)` or `f(element, generator)` of each element.
template <Dataset D, class F>
class Map {
 public:
  Map(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}
  std::int64_t size() const { return element_count(dataset_); }
  auto get(std::int64_t i, Generator& generator) const {
    if constexpr (requires { f_(element(dataset_, i, generator), generator); })
      return f_(element(dataset_, i, generator), generator);
    else
      return f_(element(dataset_, i, generator));
  }

 private:
  D dataset_;
  F f_;
};
template <Dataset D, class F>
Map<D, F> map(D dataset, F f) {
  return {std::move(dataset), std::move(f)};
}

/// The listed elements, in that order. Throws IndexError for one that does not exist.
template <Dataset D>
class Subset {
 public:
  Subset(D dataset, std::vector<std::int64_t> indices)
      : dataset_(std::move(dataset)), indices_(std::move(indices)) {
    for (const std::int64_t i : indices_) check_index(i, element_count(dataset_));
  }
  std::int64_t size() const { return static_cast<std::int64_t>(indices_.size()); }
  auto get(std::int64_t i, Generator& generator) const {
    check_index(i, size());
    return element(dataset_, indices_[static_cast<std::size_t>(i)], generator);
  }
  auto get_batch(std::span<const std::int64_t> indices) const requires requires(const D& d) {
    d.get_batch(indices);
  }
  {
    std::vector<std::int64_t> inner;
    for (const std::int64_t i : indices) {
      check_index(i, size());
      inner.push_back(indices_[static_cast<std::size_t>(i)]);
    }
    return dataset_.get_batch(inner);
  }

 private:
  D dataset_;
  std::vector<std::int64_t> indices_;
};
template <Dataset D>
Subset<D> subset(D dataset, std::vector<std::int64_t> indices) {
  return {std::move(dataset), std::move(indices)};
}

/// Disjoint random parts with these shares of the elements, which add up to 1; the last part takes what
/// rounding leaves. Throws ValueError for shares that are negative or do not add up.
template <Dataset D>
std::vector<Subset<D>> split(const D& dataset, const std::vector<double>& shares, std::uint64_t seed) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  require(
      !shares.empty() && std::abs(total - 1) < 1e-9 && *std::min_element(shares.begin(), shares.end()) >= 0,
      "split: the shares add up to {}; they must be non-negative and add up to 1", total);
  Generator generator(seed);
  const auto order =
      randperm(element_count(dataset), {.dtype = int64}, &generator).template to_vector<std::int64_t>();
  std::vector<Subset<D>> parts;
  double upto = 0;
  std::size_t begin = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    upto += shares[k];
    const auto end = k + 1 == shares.size()
                         ? order.size()
                         : static_cast<std::size_t>(std::lround(upto * static_cast<double>(order.size())));
    parts.emplace_back(dataset, std::vector<std::int64_t>(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                                          order.begin() + static_cast<std::ptrdiff_t>(end)));
    begin = end;
  }
  return parts;
}

/// The elements of one dataset, then those of another; both of one element type.
template <Dataset A, Dataset B>
class Concat {
 public:
  Concat(A first, B second) : first_(std::move(first)), second_(std::move(second)) {}
  std::int64_t size() const { return element_count(first_) + element_count(second_); }
  auto get(std::int64_t i, Generator& generator) const {
    check_index(i, size());
    const std::int64_t n = element_count(first_);
    return i < n ? element(first_, i, generator) : element(second_, i - n, generator);
  }

 private:
  A first_;
  B second_;
};
template <Dataset A, Dataset B>
Concat<A, B> concat(A first, B second) {
  return {std::move(first), std::move(second)};
}

}  // namespace gradus::data
