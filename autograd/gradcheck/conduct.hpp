#pragma once

#include <gradus/autograd/gradcheck/jacobian.hpp>

/// What every function must do, whatever its derivative: the checks that are always on.
namespace gradus::detail {

/// The same values and gradients twice, unharmed by later calls. False if not: nothing else can be checked.
bool check_repeats(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report);
/// Gradients are linear in the incoming ones, and absent ones act like zeros.
void check_linear(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report);
/// Values and gradients do not depend on strides: reversed, with gaps, expanded, overlapping; and empty
/// inputs are refused or differentiated.
void check_layouts(const Subject& subject, const GradcheckOptions& options, GradcheckReport& report);
/// The float32 results are those in double but for rounding, which is what the derivatives (none in fast
/// mode) say of inputs that are off by half a unit in the last place, and some.
void check_float32(const Subject& subject, const InFloat32& single, const Jacobian* jacobian,
                   GradcheckReport& report);

/// Looks for the mistakes that explain what differs.
void diagnose(const Subject& subject, const Jacobian& jacobian, GradcheckReport& report);

}  // namespace gradus::detail
