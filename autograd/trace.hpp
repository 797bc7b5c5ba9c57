#pragma once

#include <span>
#include <vector>

#include <gradus/autograd/tape.hpp>

namespace gradus {

/// What the tape itself does not keep: the inputs and outputs of every op that this thread records as long
/// as the trace lives. Of two that live at once, the later sees the ops.
///
///     Trace trace;
///     const Tensor y = net(x);
///     for (const Trace::Step& step : trace.steps()) ...
///
/// Ops that are not recorded are not seen: those under a NoGrad, of inputs none of which requires a
/// gradient, and those without a derivative.
class Trace {
 public:
  struct Step {
    Ref<Node> node;
    std::vector<Tensor> inputs;  ///< undefined where the op was given none
    std::vector<Tensor> outputs;
  };

  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// In the order of recording.
  const std::vector<Step>& steps() const { return steps_; }

  /// For the tape: tells the trace of this thread, if there is one, of a step.
  static void note(const Ref<Node>& node, std::span<const Tensor* const> inputs,
                   std::span<const Tensor> outputs);

 private:
  Trace* outer_;
  std::vector<Step> steps_;
};

}  // namespace gradus
