#include <gradus/autograd/ops/multinomial.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

using Weights = std::span<const double>;

/// Places in the sums of the weights, one for each random number.
void draw_again(Weights weights, std::span<const double> uniform, std::int64_t* out) {
  std::vector<double> sums;
  double total = 0;
  for (const double w : weights) sums.push_back(total += w);
  const auto last = std::find(sums.begin(), sums.end(), total);  // the last one with a weight
  for (const double u : uniform) *out++ = std::upper_bound(sums.begin(), last, u * total) - sums.begin();
}

/// The first of racers whose arrival times are exponential with these rates (Efraimidis and Spirakis 2006).
void draw_once(Weights weights, std::span<const double> uniform, std::int64_t count, std::int64_t* out) {
  std::vector<std::pair<double, std::int64_t>> arrivals;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] > 0)
      arrivals.emplace_back(-std::log1p(-uniform[i]) / weights[i], static_cast<std::int64_t>(i));
  std::partial_sort(arrivals.begin(), arrivals.begin() + count, arrivals.end());
  for (std::int64_t i = 0; i < count; ++i) out[i] = arrivals[static_cast<std::size_t>(i)].second;
}

void check_row(Weights weights, std::int64_t row, std::int64_t needed) {
  std::int64_t positive = 0;
  double total = 0;
  for (const double w : weights) {
    require(w >= 0 && std::isfinite(w), "row {} has a weight of {}; it must be finite and not negative", row,
            w);
    positive += w > 0;
    total += w;
  }
  require(std::isfinite(total), "the weights of row {} add up to {}", row, total);
  require(positive >= needed, "row {} has {} weights above 0; needs {}", row, positive, needed);
}

}  // namespace

Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator* generator,
                   SourceLocation at) {
  const OpScope scope("multinomial", at);
  require<ShapeError>(weights.rank() == 1 || weights.rank() == 2, "the weights are {}; needs [k] or [n, k]",
                      weights.shape());
  check_floating(weights.dtype());
  require(count >= 0, "{} draws were asked for; the count must not be negative", count);
  if (weights.rank() == 1)
    return squeeze(multinomial(unsqueeze(weights, 0), count, replacement, generator, at), 0);
  const Tensor dense = weights.detach().to(float64).contiguous();
  const std::int64_t rows = dense.size(0), k = dense.size(1), width = replacement ? count : k;
  const auto row_of = [&](const Tensor& x, std::int64_t i) {
    return Weights(x.data<double>() + i * x.size(1), static_cast<std::size_t>(x.size(1)));
  };
  for (std::int64_t i = 0; i < rows; ++i)
    check_row(row_of(dense, i), i, replacement ? std::min<std::int64_t>(count, 1) : count);
  const Tensor uniform = rand({rows, width}, {.dtype = float64}, generator, at);
  const Tensor drawn = empty({rows, count}, int64);
  kernels::parallel_for(rows, kernels::chunk_for(16 * (k + count)),
                        [&](std::int64_t begin, std::int64_t end) {
                          for (std::int64_t i = begin; i < end; ++i) {
                            std::int64_t* out = drawn.mutable_data<std::int64_t>() + i * count;
                            if (replacement)
                              draw_again(row_of(dense, i), row_of(uniform, i), out);
                            else
                              draw_once(row_of(dense, i), row_of(uniform, i), count, out);
                          }
                        });
  return drawn;
}

}  // namespace gradus
