#pragma once

#include <concepts>

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/summary.hpp>

namespace gradus::nn {

/// The shape of `run(copy)`, a tensor, for a clone of the model in evaluation mode, without recording. The
/// model and the default generator stay as they are.
template <class M, std::invocable<M&> F>
Shape output_shape(const M& model, F&& run) {
  M copy = clone(model);
  eval(copy);
  const NoGrad guard;
  const RandomStateKept kept;
  return run(copy).shape();
}

/// The shape of the model's result for an input of zeros of `shape`, batch included; `options` as those of
/// `summary`. Members are made in order, so a layer can be given the size of what those before it make, which
/// is thus a number when the model is made:
///
///     struct Net {
///       nn::Sequential features{nn::Conv2d{1, 32, 3}, nn::ReLU{}, nn::MaxPool2d{2}, nn::Flatten{}};
///       nn::Linear classes{nn::output_shape(features, {1, 1, 28, 28}).back(), 10};
///       Tensor operator()(const Tensor& x) const { return classes(features(x)); }
///     };
template <class M>
Shape output_shape(const M& model, const Shape& shape, const SummaryOptions& options = {}) {
  return output_shape(
      model, [&](M& copy) -> Tensor { return copy(detail::summary_input(walk(copy), shape, options)); });
}

}  // namespace gradus::nn
