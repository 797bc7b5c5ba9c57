#include "recipe.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace gradus;

namespace {

using Parameters = std::vector<Tensor>;

template <class O>
std::unique_ptr<optim::Optimizer> with_rate(const Parameters& parameters, double lr) {
  typename O::Options options;
  options.lr = lr;
  return std::make_unique<O>(parameters, options);
}

std::unique_ptr<optim::Optimizer> nesterov(const Parameters& parameters, double lr) {
  return std::make_unique<optim::SGD>(parameters,
                                      optim::SGDOptions{.lr = lr, .momentum = 0.9, .nesterov = true});
}

/// Muon for weights, AdamW for biases, with steps of one size.
std::unique_ptr<optim::Optimizer> muon(const Parameters& parameters, double lr) {
  Parameters weights, biases;
  for (const Tensor& p : parameters) (p.rank() >= 2 ? weights : biases).push_back(p);
  optim::Combined::Parts parts;
  parts.push_back(
      std::make_unique<optim::Muon>(weights, optim::MuonOptions{.lr = lr, .match_rms_adamw = true}));
  parts.push_back(std::make_unique<optim::AdamW>(biases, optim::AdamWOptions{.lr = lr}));
  return std::make_unique<optim::Combined>(std::move(parts));
}

/// A search along each of few directions, for another batch has another loss.
std::unique_ptr<optim::Optimizer> lbfgs(const Parameters& parameters, double lr) {
  return std::make_unique<optim::LBFGS>(
      parameters,
      optim::LBFGSOptions{
          .lr = lr, .max_iter = 4, .history_size = 10, .line_search_fn = optim::LineSearch::strong_wolfe});
}

}  // namespace

const std::map<std::string, OptimizerChoice>& optimizers() {
  static const std::map<std::string, OptimizerChoice> all{{"sgd", {0.05, nesterov}},
                                                          {"adadelta", {1, with_rate<optim::Adadelta>}},
                                                          {"adafactor", {1e-2, with_rate<optim::Adafactor>}},
                                                          {"adagrad", {1e-2, with_rate<optim::Adagrad>}},
                                                          {"adam", {2e-3, with_rate<optim::Adam>}},
                                                          {"adamax", {2e-3, with_rate<optim::Adamax>}},
                                                          {"adamw", {2e-3, with_rate<optim::AdamW>}},
                                                          {"asgd", {2e-2, with_rate<optim::ASGD>}},
                                                          {"lbfgs", {1, lbfgs}},
                                                          {"lion", {2e-4, with_rate<optim::Lion>}},
                                                          {"muon", {2e-2, muon}},
                                                          {"nadam", {2e-3, with_rate<optim::NAdam>}},
                                                          {"novograd", {1e-2, with_rate<optim::NovoGrad>}},
                                                          {"radam", {2e-3, with_rate<optim::RAdam>}},
                                                          {"rmsprop", {1e-3, with_rate<optim::RMSprop>}},
                                                          {"rprop", {1e-4, with_rate<optim::Rprop>}}};
  return all;
}

std::unique_ptr<optim::Optimizer> make_optimizer(const Options& o, const Parameters& parameters) {
  return optimizers().at(o.optimizer).make(parameters, learning_rate(o));
}

std::unique_ptr<optim::Scheduler> make_schedule(const Options& o, optim::Optimizer& optimizer,
                                                std::int64_t steps) {
  const std::int64_t total = std::max<std::int64_t>(steps, 1);
  if (o.schedule == "onecycle")
    return std::make_unique<optim::OneCycleLR>(
        optimizer, optim::OneCycleLROptions{
                       .max_lr = learning_rate(o), .total_steps = total + 1, .cycle_momentum = false});
  if (o.schedule == "cosine")
    return std::make_unique<optim::CosineAnnealingLR>(optimizer,
                                                      optim::CosineAnnealingLROptions{.T_max = total});
  if (o.schedule == "step")
    return std::make_unique<optim::StepLR>(
        optimizer, optim::StepLROptions{.step_size = std::max<std::int64_t>(total / 3, 1), .gamma = 0.3});
  if (o.schedule == "warmup")
    return std::make_unique<optim::LinearLR>(
        optimizer,
        optim::LinearLROptions{.start_factor = 0.1, .total_iters = std::max<std::int64_t>(total / 10, 1)});
  return nullptr;
}

std::map<std::string, std::string> settings(const Options& o, std::int64_t images) {
  return {{"model", o.model},
          {"epochs", std::to_string(o.epochs)},
          {"batch-size", std::to_string(o.batch_size)},
          {"lr", fmt::format("{}", learning_rate(o))},
          {"optimizer", o.optimizer},
          {"schedule", o.schedule},
          {"augment", o.augment ? "on" : "off"},
          {"dropout", fmt::format("{}", o.dropout)},
          {"seed", std::to_string(o.seed)},
          {"images", std::to_string(images)}};
}

void check_settings(const std::map<std::string, std::string>& then,
                    const std::map<std::string, std::string>& now, const std::string& file) {
  for (const auto& [name, value] : now) {
    const auto before = then.find(name);
    const std::string was = before == then.end() ? "nothing" : before->second;
    if (was != value)
      throw UsageError(
          fmt::format("{} was made with {} {}, not {}; go on with the same settings, or begin anew "
                      "in another folder",
                      file, name, was, value));
  }
}
