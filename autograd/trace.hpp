#pragma once

#include <initializer_list>
#include <span>
#include <string_view>
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
/// Ops that are not recorded are not seen: those under a NoGrad, and those of inputs none of which requires a
/// gradient. Comparisons, logical ops and tests such as isnan, which have no derivative, are seen all the
/// same, as are `to` and `where` of what they give.
class Trace {
 public:
  struct Step {
    Ref<Node> node;              ///< what the tape holds, or for `is_plain` nothing but a name and a line
    bool is_plain = false;       ///< no part of the tape
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
  /// For ops: tells it of one that the tape is not told of. Of nothing under a NoGrad, which also is how ops
  /// call each other.
  static void note_plain(std::string_view op, const SourceLocation& at,
                         std::initializer_list<const Tensor*> inputs, const Tensor& output);

 private:
  Trace* outer_;
  std::vector<Step> steps_;
};

}  // namespace gradus
