#include <gradus/autograd/gradcheck_report.hpp>

#include <ostream>

namespace gradus {

namespace {

std::string format_element(std::string_view name, const Dims& index) {
  return index.empty() ? std::string(name) : fmt::format("{} {}", name, index);
}

}  // namespace

std::string GradcheckReport::text() const {
  if (!worst) return fmt::format("{}: nothing to compare, the tensors are empty", check);
  const std::string verdict = ok() ? fmt::format("all {} derivatives agree", checked)
                                   : fmt::format("{} of {} derivatives are wrong", failed, checked);
  return fmt::format("{}: {}; worst is d {} / d {}: analytic {}, numeric {}, error {:.2g}, tolerance {:.2g}",
                     check, verdict, format_element(worst->output_name, worst->output_index),
                     format_element(worst->input_name, worst->input_index), worst->analytic, worst->numeric,
                     worst->error, worst->tolerance);
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) { return out << report.text(); }

}  // namespace gradus

fmt::appender fmt::formatter<gradus::GradcheckReport>::format(const gradus::GradcheckReport& report,
                                                              fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", report.text());
}
