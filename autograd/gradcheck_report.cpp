#include <gradus/autograd/gradcheck_report.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ostream>

#include <fmt/format.h>

namespace gradus {

namespace {

std::string with_index(const std::string& name, const Dims& index) {
  return index.empty() ? name : fmt::format("{}[{}]", name, fmt::join(index, ","));
}

// NaN and infinity are worse than anything.
double badness(const GradcheckElement& e) {
  if (!(e.error < std::numeric_limits<double>::infinity())) return std::numeric_limits<double>::infinity();
  return e.error == 0 ? 0 : e.error / std::max(e.tolerance, std::numeric_limits<double>::min());
}

std::string shown(double x) { return std::isnan(x) ? "nan" : fmt::format("{:.9g}", x); }  // never -nan

std::string describe(const GradcheckElement& e) {
  const std::string numeric =
      e.at_kink ? fmt::format("{} to {} (kink)", shown(e.left), shown(e.right)) : shown(e.numeric);
  return fmt::format("{}: analytic {}, numeric {}, error {:.2g}, tolerance {:.2g}", e.name(),
                     shown(e.analytic), numeric, std::abs(e.error), e.tolerance);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

// JSON has no NaN and no infinity.
std::string number(double x) {
  return std::isfinite(x) ? fmt::format("{:.17g}", x) : quoted(fmt::format("{}", x));
}

std::string json_of(const GradcheckElement& e) {
  std::string kink;
  if (e.at_kink) kink = fmt::format(R"(,"left":{},"right":{})", number(e.left), number(e.right));
  return fmt::format(
      R"({{"name":{},"output":{},"output_index":[{}],"input":{},"input_index":[{}],"analytic":{},"numeric":{},)"
      R"("error":{},"tolerance":{},"ok":{},"at_kink":{}{}}})",
      quoted(e.name()), quoted(e.output_name), fmt::join(e.output_index, ","), quoted(e.input_name),
      fmt::join(e.input_index, ","), number(e.analytic), number(e.numeric), number(e.error),
      number(e.tolerance), e.ok(), e.at_kink, kink);
}

std::string json_of(const GradcheckDiagnosis& d) {
  return fmt::format(R"({{"bug":{},"where":{},"text":{},"factor":{}}})", quoted(name(d.bug)), quoted(d.where),
                     quoted(d.text), number(d.factor));
}

std::string json_of(const GradcheckPrecision& p) {
  return fmt::format(R"({{"output":{},"worst_ulp":{}}})", quoted(p.output_name), number(p.worst_ulp));
}

template <class T>
std::string json_list(const std::vector<T>& all) {
  std::vector<std::string> each;
  for (const T& one : all) each.push_back(json_of(one));
  return fmt::format("[{}]", fmt::join(each, ","));
}

}  // namespace

std::string_view name(GradcheckBug bug) {
  static constexpr std::array<std::string_view, 24> names{"missing dependence",
                                                          "spurious dependence",
                                                          "wrong sign",
                                                          "constant factor",
                                                          "transposed",
                                                          "reversed",
                                                          "misplaced",
                                                          "missing sum",
                                                          "incoming gradient ignored",
                                                          "stale value",
                                                          "swapped inputs",
                                                          "swapped outputs",
                                                          "extra factor",
                                                          "not linear in the incoming gradient",
                                                          "not deterministic",
                                                          "wrong shape",
                                                          "wrong dtype",
                                                          "not finite",
                                                          "single precision",
                                                          "absent gradient",
                                                          "depends on the layout",
                                                          "imprecise in float32",
                                                          "some elements",
                                                          "unknown"};
  return names[static_cast<std::size_t>(bug)];
}

std::string GradcheckElement::name() const {
  return fmt::format("d {} / d {}", with_index(output_name, output_index),
                     with_index(input_name, input_index));
}

bool GradcheckReport::names(GradcheckBug bug) const {
  return std::any_of(diagnoses.begin(), diagnoses.end(), [&](const auto& d) { return d.bug == bug; });
}

void GradcheckReport::add(const GradcheckElement& element, std::size_t k_worst) {
  ++checked;
  if (!element.ok()) ++failed;
  if (element.at_kink) {
    ++at_kinks;
    if (kinks.size() < k_worst) kinks.push_back(element);
  }
  const auto worse = [](const GradcheckElement& a, const GradcheckElement& b) {
    return a.ok() != b.ok() ? b.ok() : badness(a) > badness(b);
  };
  if (worst.size() == k_worst && (k_worst == 0 || !worse(element, worst.back()))) return;
  worst.insert(std::upper_bound(worst.begin(), worst.end(), element, worse), element);
  if (worst.size() > k_worst) worst.pop_back();
}

void GradcheckReport::merge(const GradcheckReport& other, std::size_t k_worst) {
  const std::int64_t all = checked + other.checked, bad = failed + other.failed,
                     kinky = at_kinks + other.at_kinks;
  for (const GradcheckElement& element : other.worst) add(element, k_worst);
  kinks.insert(kinks.end(), other.kinks.begin(), other.kinks.end());
  if (kinks.size() > k_worst) kinks.resize(k_worst);
  diagnoses.insert(diagnoses.end(), other.diagnoses.begin(), other.diagnoses.end());
  precision.insert(precision.end(), other.precision.begin(), other.precision.end());
  checked = all, failed = bad, at_kinks = kinky;
  calls += other.calls;
  fast = fast || other.fast;
}

std::string GradcheckReport::text() const {
  const char* what = fast ? "projections of the derivatives" : "derivatives";
  std::string text = fmt::format("{}: ", check);
  if (failed != 0)
    text += fmt::format("{} of {} {} are wrong", failed, checked, what);
  else if (checked == 0)
    text += diagnoses.empty() ? "nothing to compare, the tensors are empty" : "nothing could be compared";
  else
    text += fmt::format("all {} {} agree", checked, what);
  if (at_kinks != 0) text += fmt::format(" ({} judged at a kink)", at_kinks);
  if (ok() && !worst.empty()) text += fmt::format("; worst is {}", describe(worst.front()));
  for (const GradcheckPrecision& p : precision)
    text +=
        fmt::format("\n  {} in float32: within {:.3g} units in the last place", p.output_name, p.worst_ulp);
  for (const GradcheckDiagnosis& d : diagnoses) {
    text += fmt::format("\n  {}", name(d.bug));
    if (!d.where.empty()) text += fmt::format(" in {}", d.where);
    text += fmt::format(": {}", d.text);
  }
  for (const GradcheckElement& e : worst)
    if (!e.ok()) text += fmt::format("\n  {}", describe(e));
  return text;
}

std::string GradcheckReport::json() const {
  return fmt::format(
      R"({{"check":{},"ok":{},"checked":{},"failed":{},"at_kinks":{},"calls":{},"fast":{},"diagnoses":{},)"
      R"("worst":{},"kinks":{},"precision":{}}})",
      quoted(check), ok(), checked, failed, at_kinks, calls, fast, json_list(diagnoses), json_list(worst),
      json_list(kinks), json_list(precision));
}

std::ostream& operator<<(std::ostream& out, const GradcheckReport& report) { return out << report.text(); }

}  // namespace gradus

fmt::appender fmt::formatter<gradus::GradcheckReport>::format(const gradus::GradcheckReport& report,
                                                              fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", report.text());
}
