#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include <gradus/nn/gradcheck/case.hpp>

namespace gradus {

namespace {

std::vector<GradcheckCase>& registry() {
  static std::vector<GradcheckCase> cases;
  return cases;
}

/// A trial that did not pass.
struct Failure {
  std::vector<std::uint64_t> choices;
  std::string error, code;
  GradcheckReport report;
};

/// One case in one dtype and order.
class Trier {
 public:
  Trier(const GradcheckCase& one, std::uint64_t seed, DType dtype, bool second)
      : case_(one), seed_(seed), dtype_(dtype), second_(second) {}

  std::optional<Failure> attempt() const { return attempt(Draw(seed_, dtype_)); }
  /// The same with ever smaller choices, as long as it fails.
  Failure shrink(Failure failure) const;
  /// The trial as C++.
  std::string code() const;

 private:
  std::optional<Failure> attempt(Draw draw) const;
  std::optional<Failure> attempt(const std::vector<std::uint64_t>& choices) const {
    return attempt(Draw(choices, seed_, dtype_));
  }

  const GradcheckCase& case_;
  std::uint64_t seed_;
  DType dtype_;
  bool second_;
};

std::optional<Failure> Trier::attempt(Draw draw) const {
  GradcheckTrial trial;
  Failure failure;
  const RandomStateKept kept;
  manual_seed(seed_);  // layers begin with random weights
  try {
    trial = case_.make(draw);
    GradcheckOptions options;
    options.seed = seed_;
    failure.report = trial.check(second_, options);
    if (failure.report.ok()) return {};
  } catch (const std::exception& error) {
    failure.error = error.what();
  }
  failure.choices = draw.choices();
  if (!trial.code.empty()) failure.code = as_test(case_.name, trial, seed_, second_);
  return failure;
}

Failure Trier::shrink(Failure failure) const {
  int budget = 300;
  for (bool progress = true; progress && budget > 0;) {
    progress = false;
    for (std::size_t i = 0; i < failure.choices.size() && budget > 0; ++i) {
      const std::uint64_t now = failure.choices[i];
      for (const std::uint64_t smaller : {std::uint64_t{0}, now / 2, now - 1}) {
        if (now == 0 || smaller >= now) break;
        std::vector<std::uint64_t> choices = failure.choices;
        choices[i] = smaller;
        --budget;
        std::optional<Failure> still = attempt(choices);
        // What fails in another way is another mistake, or none: a shape that the case must not draw.
        if (!still || still->error.empty() != failure.error.empty()) continue;
        failure = std::move(*still);
        progress = true;
        break;
      }
    }
  }
  return failure;
}

std::string Trier::code() const {
  const RandomStateKept kept;
  manual_seed(seed_);
  Draw draw(seed_, dtype_);
  return as_test(case_.name, case_.make(draw), seed_, second_);
}

std::string numbers_of(const Tensor& memory) {
  return dispatch(memory.dtype(), [&]<class T>() {
    const std::vector<T> values = memory.to_vector<T>();
    std::vector<std::string> texts;
    for (const T value : values) texts.push_back(fmt::format("{}", value));
    return fmt::format("{}", fmt::join(texts, ", "));
  });
}

std::string braces(const Dims& dims) { return fmt::format("{{{}}}", fmt::join(dims, ", ")); }

/// C++ that makes this tensor, strides and all.
std::string as_code(const Tensor& x) {
  static constexpr std::array<const char*, 5> types{"float", "double", "std::int64_t", "std::uint8_t",
                                                    "bool"};
  const char* const type = types[static_cast<std::size_t>(x.dtype())];
  if (x.is_contiguous())
    return fmt::format("from_vector<{}>({{{}}}, {})", type, numbers_of(x.detach()), braces(x.shape()));
  std::int64_t reach = numel(x.shape()) == 0 ? 0 : 1;
  for (std::size_t d = 0; d < x.rank() && reach != 0; ++d) reach += (x.shape()[d] - 1) * x.strides()[d];
  const Tensor memory = x.detach().alias({reach}, {1}, x.offset());
  return fmt::format("from_vector<{}>({{{}}}, {{{}}}).alias({}, {}, 0)", type, numbers_of(memory), reach,
                     braces(x.shape()), braces(x.strides()));
}

}  // namespace

GradcheckTrial detail::function_trial(const Draw& draw, std::string code, TensorFunction f) {
  GradcheckTrial made{std::move(code), false, draw.inputs(), {}};
  made.check = [f = std::move(f), inputs = draw.inputs()](bool second, const GradcheckOptions& options) {
    return second ? gradgradcheck(f, inputs, options) : gradcheck(f, inputs, options);
  };
  return made;
}

GradcheckCases::GradcheckCases(std::vector<GradcheckCase> cases) {
  for (GradcheckCase& one : cases) registry().push_back(std::move(one));
}

std::vector<GradcheckCase> GradcheckCases::all() {
  std::vector<GradcheckCase> cases = registry();
  std::stable_sort(cases.begin(), cases.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return cases;
}

std::string as_test(const std::string& name, const GradcheckTrial& trial, std::uint64_t seed,
                    bool second_order) {
  std::vector<std::string> names, parameters;
  std::string tensors;
  for (const Tensor& x : trial.inputs) {
    names.push_back(x.name());
    parameters.push_back("const Tensor& " + x.name());
    tensors += fmt::format("  Tensor {} = {};\n", x.name(), as_code(x));
    if (x.requires_grad()) tensors += fmt::format("  {}.requires_grad_();\n", x.name());
  }
  std::string text =
      fmt::format("TEST_CASE(\"{} has the right {}derivatives\") {{\n", name, second_order ? "second " : "");
  if (trial.is_layer)
    text += fmt::format("  manual_seed({});\n", seed);
  else
    text +=
        fmt::format("  const auto f = []({}) {{ return {}; }};\n", fmt::join(parameters, ", "), trial.code);
  text += tensors;
  return text + fmt::format("  CHECK({}({}, {{{}}}));\n}}\n", second_order ? "gradgradcheck" : "gradcheck",
                            trial.is_layer ? trial.code : "f", fmt::join(names, ", "));
}

CaseResult run_case(const GradcheckCase& one, const RunCaseOptions& options) {
  CaseResult result{.name = one.name};
  for (int t = 0; t < options.trials; ++t) {
    if (options.go_on && !options.go_on(t)) break;
    const bool single = options.dtype.empty() ? t % 4 == 3 : options.dtype == "float32";
    const std::uint64_t seed = options.seed * 1000003 + static_cast<std::uint64_t>(t);
    ++result.trials;
    for (const bool second : {false, true}) {
      if (second && !(options.second_order && one.second_order)) break;
      const Trier trier(one, seed, single ? float32 : float64, second);
      std::optional<Failure> failure = trier.attempt();
      if (!failure) {
        if (options.passed) options.passed(trier.code());
        continue;
      }
      *failure = trier.shrink(std::move(*failure));
      result.ok = false;
      result.error = failure->error;
      result.report = failure->report;
      result.code = failure->code;
      return result;
    }
  }
  return result;
}

}  // namespace gradus
