#include <gradus/autograd/ops/scatter_reduce.hpp>

#include <algorithm>
#include <limits>
#include <vector>

#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/indexing.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// How many sources go to each place of `shape`, in `dtype`.
Tensor hits(const Shape& shape, std::int64_t dim, const Tensor& index, DType dtype) {
  const Tensor ones_there = ones(index.shape(), {.dtype = dtype});
  return scatter_add(zeros(shape, {.dtype = dtype}), dim, index, ones_there);
}

/// Which of the sources that meet at one place each is: 0 for the first, 1 for the next.
Tensor turns(const Shape& shape, std::int64_t dim, const Tensor& index) {
  const auto d = static_cast<std::size_t>(dim);
  const Strides strides = contiguous_strides(shape);
  std::vector<std::int64_t> met(static_cast<std::size_t>(numel(shape)), 0), turn;
  const std::vector<std::int64_t> places = index.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::int64_t place = places[i] * strides[d];
    auto rest = static_cast<std::int64_t>(i);
    for (std::size_t k = shape.size(); k-- > 0; rest /= index.shape()[k])
      if (k != d) place += rest % index.shape()[k] * strides[k];
    turn.push_back(met[static_cast<std::size_t>(place)]++);
  }
  return from_vector(turn, index.shape());
}

/// One factor for every place in every round, 1 where a place has no more sources.
Tensor product(Tensor y, std::int64_t dim, const Tensor& index, const Tensor& source) {
  const Tensor turn = turns(y.shape(), dim, index);
  const std::int64_t rounds = turn.numel() == 0 ? 0 : max(turn).item<std::int64_t>() + 1;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const Tensor now = turn == round;
    const Tensor idle = scatter_add(zeros(y.shape(), {.dtype = int64}), dim, index, now.to(int64)) == 0;
    y = y * scatter_add(idle.to(y.dtype()), dim, index, where(now, source, 0));
  }
  return y;
}

/// The largest (sign = 1) or smallest of x and the sources. NaN comes through.
template <int sign>
struct ScatterBest {
  static constexpr std::string_view name = "scatter_reduce";
  static constexpr Keep keep = keep_inputs(0, 1, 2) | keep_outputs(0);
  std::int64_t dim;

  Tensor forward(const Tensor& x, const Tensor& index, const Tensor& source) const {
    const Tensor y = x.contiguous().clone();
    dispatch_floating(y.dtype(), [&]<class T>() {
      indexing::scatter<T>(y, static_cast<std::size_t>(dim), index, source, [](T& best, T value) {
        if (kernels::is_nan(value) || (sign > 0 ? value > best : value < best)) best = value;
      });
    });
    return y;
  }
  void backward(Backward& d) const {
    const Tensor x = d.input(0).detach(), index = d.input(1), source = d.input(2).detach();
    const Tensor y = d.output(0).detach();
    const Tensor self = (x == y).to(y.dtype()), others = (source == gather(y, dim, index)).to(y.dtype());
    const Tensor share = d.grad() / scatter_add(self, dim, index, others);
    d.wrt(0, [&] { return share * self; });
    d.wrt(2, [&] { return gather(share, dim, index) * others; });
  }
};

/// `x` with `value` where a source will go.
Tensor replaced(const Tensor& x, std::int64_t dim, const Tensor& index, double value) {
  return where(hits(x.shape(), dim, index, int64) > 0, value, x);
}

Tensor part_for(const Tensor& source, const Tensor& index) {
  bool fits = source.rank() == index.rank();
  for (std::size_t d = 0; fits && d < index.rank(); ++d) fits = index.shape()[d] <= source.shape()[d];
  require<ShapeError>(fits, "the index is {} but the source is {}; needs the same rank and no larger sizes",
                      index.shape(), source.shape());
  Tensor part = source;
  for (std::size_t d = 0; d < index.rank(); ++d)
    part = narrow(part, static_cast<std::int64_t>(d), 0, index.shape()[d]);
  return part;
}

}  // namespace

Tensor scatter_reduce(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                      Reduce reduce, bool include_self, SourceLocation at) {
  const OpScope scope("scatter_reduce", at);
  if (x.rank() == 0 && index.rank() == 0 && source.rank() == 0)
    return squeeze(scatter_reduce(unsqueeze(x, 0), dim, unsqueeze(index, 0), unsqueeze(source, 0), reduce,
                                  include_self, at),
                   0);
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, x.rank()));
  const Tensor part = part_for(source, index);
  scatter_add(zeros_like(x), d, index, part.detach());  // throws for what does not fit
  constexpr double inf = std::numeric_limits<double>::infinity();
  const auto start = [&](double neutral) { return include_self ? x : replaced(x, d, index, neutral); };
  switch (reduce) {
    case Reduce::sum:
      return scatter_add(start(0), d, index, part);
    case Reduce::prod:
      return product(start(1), d, index, part);
    case Reduce::mean: {
      const Tensor count = hits(x.shape(), d, index, x.dtype());
      return scatter_add(start(0), d, index, part) / (include_self ? count + 1 : maximum(count, 1));
    }
    case Reduce::amax:
      return record(ScatterBest<1>{d}, at, start(-inf), index, part);
    case Reduce::amin:
      return record(ScatterBest<-1>{d}, at, start(inf), index, part);
  }
  return x;
}

}  // namespace gradus
