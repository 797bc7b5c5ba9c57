#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/shape.hpp>

namespace gradus {

/// One derivative, computed both ways: d output / d input for one element of each.
struct GradcheckElement {
  std::size_t output = 0;  ///< which of the function's floating results
  std::string output_name;
  Dims output_index;      ///< which element of it
  std::size_t input = 0;  ///< which of the variables: inputs that ask for a gradient, then parameters
  std::string input_name;
  Dims input_index;
  double analytic = 0;  ///< by backward
  double numeric = 0;   ///< by differences
  double error = 0;     ///< |analytic - numeric|; at a kink, the distance from the interval
  double tolerance = 0;
  bool at_kink = false;  ///< judged by the interval between the one-sided derivatives:
  double left = 0;       ///< as the input falls
  double right = 0;      ///< as the input rises

  /// Whether the error is within the tolerance; NaN never is.
  bool ok() const { return error <= tolerance; }
  /// "d out[0,3] / d conv1.weight[2,0,1,1]".
  std::string name() const;
};

/// The mistakes that the checker knows by name.
enum class GradcheckBug {
  missing_dependence,   ///< zero where it should not be
  spurious_dependence,  ///< a gradient for what the output does not depend on
  wrong_sign,
  constant_factor,
  transposed,
  reversed,          ///< the right numbers, mirrored along a dimension
  misplaced,         ///< the right numbers at the wrong elements
  missing_sum,       ///< only a part of the output contributes, as when the sum of a broadcast is forgotten
  upstream_ignored,  ///< not multiplied by the incoming gradient
  stale_value,       ///< taken at a value that was changed in place, or by a later call
  swapped_inputs,    ///< one input's gradient given for another's
  swapped_outputs,   ///< one output's incoming gradient used for another's
  extra_factor,      ///< off by a factor that is one of the tensors
  not_linear,        ///< in the incoming gradient
  not_deterministic,
  wrong_shape,
  wrong_dtype,
  not_finite,
  single_precision,   ///< off by what float32 rounds away
  absent_gradient,    ///< an output without a gradient does not act as one with zeros
  depends_on_layout,  ///< other results for other strides
  imprecise_float32,  ///< far more rounding in float32 than the function asks for
  some_elements,      ///< wrong only at some elements
  unknown
};

/// "missing dependence", "constant factor".
std::string_view name(GradcheckBug bug);

/// What probably went wrong, and where.
struct GradcheckDiagnosis {
  GradcheckBug bug = GradcheckBug::unknown;
  std::string where;  ///< "d out / d weight"; empty if it concerns the whole function
  std::string text;   ///< one sentence
  double factor = 1;  ///< of a constant factor: analytic / numeric
};

/// How a float32 result compares with the same in float64.
struct GradcheckPrecision {
  std::string output_name;
  double worst_ulp = 0;  ///< largest error, in units in the last place of the output's largest element
};

/// What a gradient check found. True if all is well: `CHECK(gradcheck(f, {x}))`.
struct GradcheckReport {
  std::string check;         ///< "gradcheck" or "gradgradcheck"
  std::int64_t checked = 0;  ///< derivatives compared (in fast mode, projections); 0 if the tensors are empty
  std::int64_t failed = 0;
  std::int64_t at_kinks = 0;  ///< of those compared, judged at a kink
  std::int64_t calls = 0;     ///< of the function
  bool fast = false;          ///< compared by projections
  /// The worst, in proportion to their tolerance, the worst first; as many as the options ask for.
  std::vector<GradcheckElement> worst;
  /// Derivatives judged at a kink; as many as the options ask for.
  std::vector<GradcheckElement> kinks;
  /// What is wrong, most telling first. Not empty unless ok().
  std::vector<GradcheckDiagnosis> diagnoses;
  std::vector<GradcheckPrecision> precision;  ///< of a function that was given float32

  bool ok() const { return failed == 0 && diagnoses.empty(); }
  explicit operator bool() const { return ok(); }
  /// Whether `bug` is among the diagnoses.
  bool names(GradcheckBug bug) const;
  /// For people: how many agree, or the likely mistakes and the worst elements, one a line.
  std::string text() const;
  /// For programs: one object with the same members.
  std::string json() const;
  /// Adds another report's numbers, elements and diagnoses, keeping the `k_worst` worst.
  void merge(const GradcheckReport& other, std::size_t k_worst);
  /// Counts an element and keeps it if it is among the `k_worst` worst.
  void add(const GradcheckElement& element, std::size_t k_worst);
};

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

}  // namespace gradus

template <>
struct fmt::formatter<gradus::GradcheckReport> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::appender format(const gradus::GradcheckReport& report, fmt::format_context& context) const;
};
