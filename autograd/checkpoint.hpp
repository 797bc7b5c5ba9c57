#pragma once

#include <concepts>
#include <functional>
#include <vector>

#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/tensor_function.hpp>

namespace gradus {

namespace detail {

/// What a checkpoint computes, and how it does so again in backward.
struct Segment {
  TensorFunction forward;
  TensorFunction again;
};

std::vector<Tensor> checkpoint(const Segment& segment, const std::vector<Tensor>& inputs,
                               const SourceLocation& at);

template <class R>
R as_result(std::vector<Tensor> all) {
  if constexpr (std::same_as<R, std::vector<Tensor>>)
    return all;
  else
    return all[0];
}

/// How a function is computed again; models have their own way (nn/checkpoint.hpp).
template <class F>
struct SegmentOf {
  static Segment make(const F& f) {
    const TensorFunction function = owned(f);
    return {function, function};
  }
};

}  // namespace detail

/// `f(x, more...)`, a Tensor or a std::vector of them, of which only the inputs are kept: `f` is called again
/// in backward for what its derivative needs. That trades a second forward for the memory of all that lies
/// between (Chen et al., "Training deep nets with sublinear memory cost", 2016).
///
///     for (const Block& block : blocks) x = checkpoint([&](const Tensor& h) { return block(h); }, x);
///
/// A copy of `f` is kept until backward; what it refers to must live so long and compute the same again. The
/// default generator is set back for the second call, so dropout drops the same elements, and afterwards put
/// where it was. Parameters and other recorded tensors that `f` uses besides its inputs get their gradients
/// as ever. Derivatives of any order work; those above the first keep what `f` recorded. Backward throws
/// GraphError if what `f` used was changed in place since, or if it gives results of other shapes.
template <class F, std::convertible_to<const Tensor&>... In>
requires std::invocable<const F&, const Tensor&, const In&...>
auto checkpoint(const F& f, const Operand& x, const In&... more) {
  require(!x.is_number(), "checkpoint: the input is a number; give a tensor");
  return detail::as_result<std::invoke_result_t<const F&, const Tensor&, const In&...>>(
      detail::checkpoint(detail::SegmentOf<F>::make(f), {x.tensor(), more...}, x.at()));
}

}  // namespace gradus
