#pragma once

#include <gradus/gradus.hpp>

using namespace gradus;

/// mean over time of x [n, time, channels], times weight [channels]: [n, channels].
struct WeightedMean {
  static constexpr std::string_view name = "weighted_mean";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& x, const Tensor& weight) const { return mean(x, 1) * weight; }
  void backward(Backward& d) const {
    const Shape& shape = d.input(0).shape();
    d.wrt(0, [&] {
      return expand(unsqueeze(d.grad() * d.input(1), 1), shape) / shape[1];
    });                                                        // each a 1 / t of the mean
    d.wrt(1, [&] { return d.grad() * mean(d.input(0), 1); });  // the tape sums over n
  }
};

struct MeanOverTime {
  nn::Parameter weight;

  explicit MeanOverTime(std::int64_t channels) : weight(uniform({channels}, 0.5, 1.5)) {}
  void visit(auto& v) { v("weight", weight); }
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const {
    return record(WeightedMean{}, at, x, Tensor(weight));
  }
};
