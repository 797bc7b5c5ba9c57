#include "recipe.hpp"

#include <fmt/format.h>

#include <algorithm>

using namespace gradus;

namespace {

using Factory = std::unique_ptr<optim::Optimizer> (*)(const std::vector<Tensor>&, double);

template <class O>
std::unique_ptr<optim::Optimizer> with_rate(const std::vector<Tensor>& parameters, double lr) {
  typename O::Options options;
  options.lr = lr;
  return std::make_unique<O>(parameters, options);
}

}  // namespace

std::unique_ptr<optim::Optimizer> make_optimizer(const Options& o, const std::vector<Tensor>& parameters) {
  const double lr = learning_rate(o);
  if (o.optimizer == "sgd")
    return std::make_unique<optim::SGD>(parameters,
                                        optim::SGDOptions{.lr = lr, .momentum = 0.9, .nesterov = true});
  const std::map<std::string, Factory> factories{
      {"adadelta", with_rate<optim::Adadelta>}, {"adafactor", with_rate<optim::Adafactor>},
      {"novograd", with_rate<optim::NovoGrad>}, {"adagrad", with_rate<optim::Adagrad>},
      {"adam", with_rate<optim::Adam>},         {"adamax", with_rate<optim::Adamax>},
      {"adamw", with_rate<optim::AdamW>},       {"asgd", with_rate<optim::ASGD>},
      {"lion", with_rate<optim::Lion>},         {"nadam", with_rate<optim::NAdam>},
      {"radam", with_rate<optim::RAdam>},       {"rmsprop", with_rate<optim::RMSprop>},
      {"rprop", with_rate<optim::Rprop>}};
  return factories.at(o.optimizer)(parameters, lr);
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
