#pragma once

#include <cstdint>
#include <vector>

#include <gradus/autograd/gradcheck/difference.hpp>
#include <gradus/autograd/gradcheck/subject.hpp>

namespace gradus::detail {

/// All derivatives, computed both ways; row-major, a row per value of the function.
struct Jacobian {
  enum class State : std::uint8_t { agrees, differs, at_kink };

  std::int64_t rows = 0, columns = 0;
  Values analytic, numeric;
  std::vector<State> states;

  std::size_t at(std::int64_t i, std::int64_t j) const { return static_cast<std::size_t>(i * columns + j); }
};

/// Differentiates everything both ways and adds each comparison to the report.
Jacobian compare_all(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report);

/// Compares random projections of the derivatives, and looks for the element behind each that is wrong by
/// bisection: the number of calls grows with the logarithm of the number of elements.
void compare_projections(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report);

/// The report's entry for derivative (i, j).
GradcheckElement element_of(const Subject& subject, std::int64_t i, std::int64_t j, double analytic,
                            const Verdict& verdict);

}  // namespace gradus::detail
