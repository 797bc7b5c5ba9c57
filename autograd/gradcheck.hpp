#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/gradcheck_report.hpp>
#include <gradus/autograd/tensor_function.hpp>

namespace gradus {

/// Options of `gradcheck` and `gradgradcheck`.
struct GradcheckOptions {
  /// Largest of the three steps of the central differences, times max(1, |x|). By default a ladder of steps
  /// is tried, and each derivative is judged at the one that gives it the smallest uncertainty.
  std::optional<double> eps = {};
  /// If either is given, an element agrees if |analytic - numeric| <= atol + rtol * |numeric|. By default the
  /// tolerance is derived: the uncertainty of the extrapolated differences and the rounding of the function.
  std::optional<double> atol = {};
  std::optional<double> rtol = {};
  /// Compare random projections instead of all derivatives, and look for the failing element by bisection:
  /// for large inputs. More than `max_derivatives` of them are always treated so.
  bool fast = false;
  /// Check the second derivatives too.
  bool second_order = false;
  /// Of everything random: projections, incoming gradients.
  std::uint64_t seed = 1;
  /// How many of the worst derivatives, and of those judged at a kink, the report keeps.
  std::size_t k_worst = 5;
  /// What the report calls the inputs, or the inputs and the parameters; where empty, their `name()` or
  /// "input0".
  std::vector<std::string> names = {};
  /// Leaves that the function uses without being given them, checked like inputs. They are changed in place
  /// for the differences and put back.
  std::vector<Tensor> parameters = {};
  /// Whether to call the function on copies of the inputs in other layouts too (strided, expanded,
  /// overlapping, empty), which must give the same.
  bool layouts = true;
  std::int64_t max_derivatives = 1 << 22;
};

namespace detail {

/// How a check calls itself, and the results of its function ("out", or "out0" and on, unless named here).
struct GradcheckNames {
  std::string_view check;
  std::vector<std::string> outputs;
};

/// A function in float32 and its inputs, held to what is checked in float64.
struct InFloat32 {
  TensorFunction f;
  std::vector<Tensor> inputs;
};

/// `single` may be null: inputs that are float32 are tried as they are.
GradcheckReport gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options, const SourceLocation& at,
                          const GradcheckNames& names = {"gradcheck", {}}, const InFloat32* single = nullptr);
GradcheckReport gradgradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options, const SourceLocation& at);

}  // namespace detail

/// Compares the derivative of every element of every result with respect to every element of every input that
/// requires a gradient, as backward gives it, with central differences; tells right from wrong by the
/// uncertainty of the differences, and names the mistake.
///
///     CHECK(gradcheck([](Tensor a, Tensor b) { return matmul(a, b); }, {a, b}));
///
/// `f` takes the tensors one by one or as a std::vector, and returns a Tensor or several, also in a struct.
/// It is called on copies that have the strides of the inputs; an input expanded along a dimension is
/// perturbed, and indexed in the report, with size 1 there. float32 inputs are checked in float64, and the
/// float32 result is held to that. Inputs that do not require a gradient and results that are not floating
/// are left alone.
///
/// Where the one-sided derivatives disagree (relu at 0, a tie of max), the analytic one must lie between
/// them. A tie of three or more in sort, median or a quantile looks wrong to any difference in one variable:
/// the middle one of three equal numbers stays where it is, whichever of them moves. Keep such inputs apart.
///
/// Always checked besides: the same values and gradients twice, linearity in the incoming gradient, absent
/// gradients, other layouts of the inputs. What `f` throws is passed on; a wrong shape or dtype of a
/// derivative is reported. Throws ValueError if nothing requires a gradient, DTypeError if a parameter is not
/// float64.
template <class F>
GradcheckReport gradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                          SourceLocation at = SourceLocation::current()) {
  return detail::gradcheck(detail::as_function(f), inputs, options, at);
}

/// `gradcheck` of the gradient of `f` itself, as a function of the inputs and of random incoming gradients:
/// the second derivative. It says nothing on the first, which `gradcheck` is for.
template <class F>
GradcheckReport gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                              SourceLocation at = SourceLocation::current()) {
  return detail::gradgradcheck(detail::as_function(f), inputs, options, at);
}

}  // namespace gradus
