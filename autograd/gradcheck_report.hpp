#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include <gradus/autograd/shape.hpp>

namespace gradus {

/// One derivative, computed both ways: d output / d input for one element of each.
struct GradcheckElement {
  std::size_t output = 0;  ///< which of the function's results
  std::string output_name;
  Dims output_index;      ///< which element of it
  std::size_t input = 0;  ///< which input; parameters are numbered on behind the inputs
  std::string input_name;
  Dims input_index;
  double analytic = 0;  ///< by backward
  double numeric = 0;   ///< by central differences
  double error = 0;     ///< |analytic - numeric|
  double tolerance = 0;

  /// Whether the error is within the tolerance; NaN never is.
  bool ok() const { return error <= tolerance; }
};

/// What a gradient check found. True if all derivatives agree: `CHECK(gradcheck(f, {x}))`.
struct GradcheckReport {
  std::string check;         ///< "gradcheck" or "gradgradcheck"
  std::int64_t checked = 0;  ///< how many derivatives were compared; 0 only if the tensors are empty
  std::int64_t failed = 0;
  /// The one whose error is largest in proportion to its tolerance; none if nothing was compared.
  std::optional<GradcheckElement> worst;

  bool ok() const { return failed == 0; }
  explicit operator bool() const { return ok(); }
  /// One line for people: how many agree, and the worst one.
  std::string text() const;
};

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report);

}  // namespace gradus

template <>
struct fmt::formatter<gradus::GradcheckReport> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  fmt::appender format(const gradus::GradcheckReport& report, fmt::format_context& context) const;
};
