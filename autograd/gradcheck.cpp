#include <gradus/autograd/gradcheck.hpp>

#include <gradus/autograd/gradcheck/conduct.hpp>
#include <gradus/autograd/gradcheck/jacobian.hpp>
#include <gradus/autograd/gradcheck/subject.hpp>

namespace gradus::detail {

namespace {

void compare(const Subject& subject, const GradcheckOptions& options, const InFloat32* single,
             GradcheckReport& report) {
  if (!check_repeats(subject, options, report)) return;
  check_linear(subject, options, report);
  const bool fast =
      options.fast || subject.output_count() * subject.variable_count() > options.max_derivatives;
  if (fast) {
    compare_projections(subject, options, report);
    if (single != nullptr) check_float32(subject, *single, nullptr, report);
  } else {
    const Jacobian jacobian = compare_all(subject, options, report);
    diagnose(subject, jacobian, report);
    if (single != nullptr) check_float32(subject, *single, &jacobian, report);
  }
  if (options.layouts) check_layouts(subject, options, report);
}

}  // namespace

GradcheckReport gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options, const SourceLocation& at,
                          const GradcheckNames& names, const InFloat32* single) {
  GradcheckReport report;
  report.check = names.check;
  try {
    const Subject subject(f, inputs, options, at, names);
    const InFloat32 itself{f, inputs};
    if (single == nullptr && subject.converted()) single = &itself;
    try {
      compare(subject, options, single, report);
    } catch (const Refusal& refusal) {
      report.diagnoses.push_back(refusal.diagnosis);
    }
    report.calls = subject.calls();
  } catch (const Refusal& refusal) {
    report.diagnoses.push_back(refusal.diagnosis);
  }
  if (options.second_order && report.ok())
    report.merge(gradgradcheck(f, inputs, options, at), options.k_worst);
  return report;
}

}  // namespace gradus::detail
