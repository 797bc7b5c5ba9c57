#include <gradus/autograd/ops/sort.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

template <class T>
struct Entry {
  T value;
  std::int64_t place;
};

/// Whether a comes before b; a total order, for no two have one place.
template <class T>
bool before(const Entry<T>& a, const Entry<T>& b, bool descending) {
  const auto less = [](T x, T y) { return x < y || (kernels::is_nan(y) && !kernels::is_nan(x)); };
  if (less(a.value, b.value)) return !descending;
  if (less(b.value, a.value)) return descending;
  return a.place < b.place;
}

/// Elements first, ..., first + count - 1 of the order along a dimension; of a row with a NaN, if `nan_wins`,
/// those from the first NaN on.
struct Pick {
  static constexpr std::string_view name = "sort";
  static constexpr Keep keep = keep_outputs(1);
  std::int64_t dim, first, count;
  bool descending;
  bool nan_wins;
  Shape from;

  std::array<Tensor, 2> forward(const Tensor& x) const {
    Shape shape = x.shape();
    if (!shape.empty()) shape[static_cast<std::size_t>(dim)] = count;
    const Tensor values = empty(shape, x.dtype()), indices = empty(shape, int64);
    if (values.numel() == 0) return {values, indices};
    const auto rows =
        kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), values.strides(), x.strides());
    constexpr std::int64_t cost = 32;  // about log2 of a row's length comparisons
    dispatch(x.dtype(), [&]<class T>() {
      kernels::for_each_row(rows, cost, [&](const auto& starts) {
        order<T>({x.data<T>() + starts[1], rows.steps[1]}, rows.length,
                 {values.mutable_data<T>() + starts[0], rows.steps[0]},
                 {indices.mutable_data<std::int64_t>() + starts[0], rows.steps[0]});
      });
    });
    return {values, indices};
  }
  void backward(Backward& d) const {
    d.wrt(0,
          [&] { return scatter_add(zeros(from, {.dtype = d.grad().dtype()}), dim, d.output(1), d.grad()); });
  }

 private:
  template <class T>
  void order(kernels::Strided<const T> in, std::int64_t n, kernels::Strided<T> values,
             kernels::Strided<std::int64_t> places) const {
    std::vector<Entry<T>> entries;
    entries.reserve(static_cast<std::size_t>(n));
    std::int64_t nans = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      entries.push_back({in[i], i});
      nans += kernels::is_nan(in[i]);
    }
    const auto comes_before = [this](const auto& a, const auto& b) { return before(a, b, descending); };
    const std::int64_t start = nan_wins && nans > 0 ? n - nans : first;
    const auto begin = entries.begin() + start, end = begin + count;
    if (begin != entries.begin()) std::nth_element(entries.begin(), begin, entries.end(), comes_before);
    if (end == entries.end())
      std::sort(begin, end, comes_before);
    else
      std::partial_sort(begin, end, entries.end(), comes_before);
    for (std::int64_t i = 0; i < count; ++i) {
      values[i] = begin[i].value;
      places[i] = begin[i].place;
    }
  }
};

std::int64_t length(const Tensor& x, std::int64_t dim) { return x.rank() == 0 ? 1 : x.size(dim); }

Sorted pick(const Tensor& x, std::int64_t dim, std::int64_t first, std::int64_t count, bool descending,
            const SourceLocation& at, bool nan_wins = false) {
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, x.rank()));
  const auto [values, indices] = record(Pick{d, first, count, descending, nan_wins, x.shape()}, at, x);
  return {values, indices};
}

/// The one element that was picked, without its dimension unless it is kept.
Extremum one(const Sorted& picked, std::int64_t dim, bool keepdim) {
  if (keepdim) return {picked.values, picked.indices};
  return {squeeze(picked.values, dim), squeeze(picked.indices, dim)};
}

}  // namespace

Sorted sort(const Tensor& x, std::int64_t dim, bool descending, SourceLocation at) {
  const OpScope scope("sort", at);
  wrap_dim(dim, x.rank());
  return pick(x, dim, 0, length(x, dim), descending, at);
}

Tensor argsort(const Tensor& x, std::int64_t dim, bool descending, SourceLocation at) {
  const OpScope scope("argsort", at);
  return sort(x.detach(), dim, descending, at).indices;
}

Sorted topk(const Tensor& x, std::int64_t k, std::int64_t dim, bool largest, SourceLocation at) {
  const OpScope scope("topk", at);
  wrap_dim(dim, x.rank());
  require(k >= (x.rank() == 0) && k <= length(x, dim), "k is {}; dimension {} of {} has {} elements", k, dim,
          x.shape(), length(x, dim));
  return pick(x, dim, 0, k, largest, at);
}

Extremum kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("kthvalue", at);
  wrap_dim(dim, x.rank());
  require(k >= 1 && k <= length(x, dim), "k is {}; it must lie in [1, {}] for dimension {} of {}", k,
          length(x, dim), dim, x.shape());
  return one(pick(x, dim, k - 1, 1, false, at), dim, keepdim);
}

Extremum median(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("median", at);
  wrap_dim(dim, x.rank());
  require<ShapeError>(length(x, dim) > 0, "shape {} has nothing to choose from along dimension {}", x.shape(),
                      dim);
  return one(pick(x, dim, (length(x, dim) - 1) / 2, 1, false, at, true), dim, keepdim);
}

Tensor median(const Tensor& x, SourceLocation at) {
  const OpScope scope("median", at);
  return median(flatten(x), 0, false, at).values;
}

}  // namespace gradus
