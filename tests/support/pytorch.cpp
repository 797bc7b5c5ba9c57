#include "support/pytorch.hpp"

#include <fmt/format.h>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/sanitized.hpp"
#include "support/strided.hpp"

namespace gradus::test {
namespace {

/// A case with its inputs in one layout, those with a gradient being leaves.
struct Setting {
  FixtureTensors::Map inputs;
  std::vector<std::string> names;  // of the leaves
  std::vector<Tensor> leaves;
};

using Layout = Tensor (*)(const Tensor&);

Setting lay_out(const Fixture& fixture, Layout layout) {
  Setting setting;
  for (const auto& [name, value] : fixture.inputs) {
    Tensor x = layout(value).detach();
    if (fixture.grads.has(name)) {
      setting.names.push_back(name);
      setting.leaves.push_back(x.requires_grad_());
    }
    setting.inputs.emplace(name, x);
  }
  return setting;
}

std::string compare_gradients(const Fixture& fixture, const Setting& setting, const Tensor& first,
                              double tolerance) {
  std::string text;
  for (const bool create_graph : {false, true}) {
    const std::vector<Tensor> found = grad({first}, setting.leaves,
                                           {.grad_outputs = {fixture.cotangent},
                                            .retain_graph = true,
                                            .create_graph = create_graph,
                                            .allow_unused = true});
    for (std::size_t i = 0; i < found.size(); ++i) {
      const Tensor& expected = fixture.grads[setting.names[i]];
      const double off = difference(found[i].defined() ? found[i] : zeros_like(expected), expected);
      if (!(off < tolerance))
        text += fmt::format("the {}gradient of {} is off by {}\n", create_graph ? "recorded " : "",
                            setting.names[i], off);
    }
  }
  return text;
}

std::string compare_numerically(const Fixture& fixture, const Setting& setting, const Subject& f,
                                bool second) {
  const auto of_leaves = [&](const std::vector<Tensor>& leaves) {
    FixtureTensors::Map inputs = setting.inputs;
    for (std::size_t i = 0; i < leaves.size(); ++i) inputs[setting.names[i]] = leaves[i];
    return f(FixtureTensors(inputs), fixture.options).named[0].second;
  };
  GradcheckOptions options;
  options.names = setting.names;
  options.fast = sanitized;
  std::string text;
  if (const auto report = gradcheck(of_leaves, setting.leaves, options); !report.ok())
    text += fmt::format("{}\n", report);
  if (!second) return text;
  if (const auto report = gradgradcheck(of_leaves, setting.leaves, options); !report.ok())
    text += fmt::format("{}\n", report);
  return text;
}

std::string check(const Fixture& fixture, const Setting& setting, const Subject& f,
                  const PytorchOptions& options, bool numerically) {
  const Results results = f(FixtureTensors(setting.inputs), fixture.options);
  std::string text;
  for (const auto& [name, y] : results.named)
    if (const double off = difference(y.detach(), fixture.outputs[name]); !(off < options.tolerance))
      text +=
          fmt::format("{} is {}, not {}: off by {}\n", name, y.shape(), fixture.outputs[name].shape(), off);
  if (results.named.size() != fixture.outputs.size())
    text += fmt::format("{} results, not {}\n", results.named.size(), fixture.outputs.size());
  if (!fixture.cotangent.defined() || !text.empty()) return text;
  text += compare_gradients(fixture, setting, results.named[0].second, options.tolerance);
  const std::string variant = fixture.name.substr(fixture.name.find('/') + 1);
  if (numerically && !variant.starts_with("special"))
    text += compare_numerically(fixture, setting, f, options.second);
  return text;
}

}  // namespace

std::string disagreement(std::string_view file, std::string_view subject, const Subject& f,
                         const PytorchOptions& options) {
  const std::pair<std::string_view, Layout> layouts[] = {
      {"row-major", [](const Tensor& x) { return x.clone(); }},
      {"reversed", [](const Tensor& x) { return reversed_layout(x); }},
      {"sliced", [](const Tensor& x) { return sliced_layout(x); }}};
  std::string text;
  for (const Fixture& fixture : fixtures(file, subject))
    for (const auto& [name, layout] : layouts) {
      // The gradient checker tries other layouts of its own; to take all of these is for the fast builds.
      const bool numerically = !sanitized || name == "sliced";
      const std::string found = check(fixture, lay_out(fixture, layout), f, options, numerically);
      if (!found.empty()) text += fmt::format("{}, {}: {}", fixture.name, name, found);
    }
  return text;
}

Reduction reduction(const FixtureOptions& options) {
  const std::string text = options.text("reduction", "mean");
  for (const Reduction r : {Reduction::none, Reduction::mean, Reduction::sum, Reduction::batchmean})
    if (name(r) == text) return r;
  fail("unknown reduction {}", text);
}

}  // namespace gradus::test
