#pragma once

#include <span>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// A result or a gradient that is not finite, found by `DetectAnomaly`.
class AnomalyError : public Error {
 public:
  using Error::Error;
};

/// Options of `DetectAnomaly`.
struct DetectAnomalyOptions {
  /// Whether infinite values count, or NaN only, as for a model that masks by minus infinity.
  bool infinite = true;
};

/// As long as it lives, the first recorded op on this thread with a result that is not finite throws an
/// AnomalyError, and so does the first whose derivative gives such a gradient in a backward: `DetectAnomaly
/// guard;`. The text says the op and its line, which inputs it had (parameters by name), from what range, and
/// whether they were finite. It looks at every element of every result: for finding mistakes, not for every
/// day.
class DetectAnomaly {
 public:
  explicit DetectAnomaly(const DetectAnomalyOptions& options = {});
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

  /// Whether one lives on this thread.
  static bool is_on() { return current_ != nullptr; }

  /// ---- For the tape
  /// Throws if one of the results is not finite; the running op's scope says which it is.
  static void check_results(std::span<const Tensor* const> inputs, std::span<const Tensor> results);
  /// Throws if the gradient that `node` gives for its input `i` is not finite.
  static void check_gradient(const Node& node, std::size_t i, const Tensor& gradient);

 private:
  bool infinite_;
  const DetectAnomaly* outer_;
  static thread_local constinit const DetectAnomaly* current_;
};

}  // namespace gradus
