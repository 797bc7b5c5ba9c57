#include <random>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck/subject.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

/// The gradient of `f` as a function of its inputs followed by the incoming gradients of some of its outputs.
struct Gradient {
  const TensorFunction& f;
  std::vector<bool> wanted;          // which inputs are differentiated
  std::vector<Tensor> parameters;    // which are too
  std::vector<std::size_t> outputs;  // which outputs have an incoming gradient

  std::vector<Tensor> operator()(const std::vector<Tensor>& all) const {
    const auto inputs_end = all.begin() + static_cast<std::ptrdiff_t>(wanted.size());
    const std::vector<Tensor> results = f({all.begin(), inputs_end});
    std::vector<Tensor> variables, chosen;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i]) variables.push_back(all[i]);
    variables.insert(variables.end(), parameters.begin(), parameters.end());
    for (const std::size_t k : outputs) chosen.push_back(results[k]);
    std::vector<Tensor> gradients = refusing([&] {
      return grad(chosen, variables,
                  {.grad_outputs = {inputs_end, all.end()}, .create_graph = true, .allow_unused = true});
    });
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (!gradients[i].defined()) gradients[i] = zeros(variables[i].shape(), {.dtype = float64});
    return gradients;
  }
};

Tensor random_like(const Tensor& y, std::mt19937_64& engine) {
  Tensor g = zeros(y.shape(), {.dtype = float64});
  for (double& value : g.mutable_span<double>()) value = static_cast<double>(engine() >> 11) * 0x1p-52 - 1;
  g.requires_grad_();
  return g;
}

}  // namespace

GradcheckReport gradgradcheck(const TensorFunction& f, const std::vector<Tensor>& given,
                              const GradcheckOptions& options, const SourceLocation& at) {
  const std::vector<Tensor> inputs = in_double(given);
  GradcheckOptions inner = options;
  inner.layouts = false;  // a matter of the first order
  inner.second_order = false;
  {
    const OpScope scope("gradgradcheck", at);
    inner.names = gradcheck_names(inputs, options);
  }
  Gradient gradient{f, {}, options.parameters, {}};
  std::vector<std::string> output_names;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    gradient.wanted.push_back(inputs[i].defined() && inputs[i].requires_grad());
    if (gradient.wanted.back()) output_names.push_back(fmt::format("grad({})", inner.names[i]));
  }
  for (std::size_t i = 0; i < options.parameters.size(); ++i)
    output_names.push_back(fmt::format("grad({})", inner.names[inputs.size() + i]));

  // Incoming gradients stand between the inputs and the parameters.
  std::vector<Tensor> all = inputs;
  const EnableGrad guard;
  std::mt19937_64 engine(options.seed);
  const std::vector<Tensor> results = f(inputs);
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].defined() || !results[k].requires_grad()) continue;
    gradient.outputs.push_back(k);
    all.push_back(random_like(results[k], engine));
    inner.names.insert(inner.names.begin() + static_cast<std::ptrdiff_t>(all.size()) - 1,
                       results.size() == 1 ? std::string("grad(out)") : fmt::format("grad(out{})", k));
  }
  return gradcheck(gradient, all, inner, at, {"gradgradcheck", std::move(output_names)});
}

}  // namespace gradus::detail
