#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include <gradus/gradus.hpp>
#include <gradus/nn/digest.hpp>

#include "recipe.hpp"
#include "report.hpp"

/// The pictures of the first layer's filters.
template <class Net>
std::vector<gradus::training::Report::Picture> first_filters(const Net& net) {
  if constexpr (requires { net.conv1; })
    return gradus::training::filter_pictures(net.conv1.weight);
  else
    return gradus::training::filter_pictures(net.hidden.weight, 64, 28, 28);
}

/// Where time and memory of a step on 64 images go; neither the model nor its random numbers are changed.
template <class Net>
std::vector<gradus::training::LayerCost> step_costs(const Net& net, const gradus::data::Mnist& train) {
  const gradus::RandomStateKept kept;
  const Net copy = gradus::nn::clone(net);
  std::vector<std::int64_t> first(static_cast<std::size_t>(std::min<std::int64_t>(64, train.size())));
  std::iota(first.begin(), first.end(), 0);
  const auto [images, labels] = train.get_batch(first);
  const auto loss = [&, x = images, y = labels] { return copy.loss(copy(x), y); };
  gradus::training::layer_costs(copy, loss);  // the first allocates
  return gradus::training::layer_costs(copy, loss);
}

/// The page that `--report` writes.
template <class Net>
gradus::training::Report make_page(const Options& o, const Net& net, const gradus::training::History& history,
                                   const Score& score, const Outcome& outcome,
                                   const gradus::data::Mnist& train, const gradus::data::Mnist& test,
                                   double seconds) {
  gradus::training::Report page;
  page.title = "mnist: " + o.model;
  page.headlines = {
      {"test accuracy", fmt::format("{:.2f}%", score.percent())},
      {"test loss", fmt::format("{:.4f}", score.loss())},
      {"training time", fmt::format("{:.1f} s", seconds)},
      {"peak memory", fmt::format("{:.0f} MB", peak_memory())},
      {"digest of the weights", fmt::format("{:016x}", gradus::nn::digest(gradus::nn::state_dict(net)))}};
  page.history = history;
  page.curves = {{"Loss", {"train_loss", "test_loss"}}, {"Accuracy", {"train_accuracy", "test_accuracy"}}};
  page.confusion = outcome.confusion;
  for (const Mistake& m : outcome.worst(24))
    page.mistakes.push_back({gradus::reshape(gradus::select(test.pixels(), 0, m.image), {1, 28, 28}),
                             fmt::format("{}, not {} ({:.0f}%)", m.label, m.predicted, 100 * m.confidence)});
  page.filters = first_filters(net);
  page.layers = step_costs(net, train);
  for (const auto& setting : settings(o, train.size())) page.settings.push_back(setting);
  page.settings.emplace_back("data", train.folder().string());
  page.settings.emplace_back("threads", std::to_string(gradus::thread_count()));
  return page;
}
