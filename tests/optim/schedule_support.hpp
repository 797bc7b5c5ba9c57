#pragma once

#include <memory>

#include "optim/trajectory.hpp"

namespace gradus::test {

/// The optimizer of a schedule's case: SGD with momentum 0.9, or Adam, with a group for each rate.
inline std::unique_ptr<optim::Optimizer> optimizer_of(const Fixture& f) {
  const std::vector<double> rates = f.options.numbers("lr");
  if (f.options.text("optimizer", "sgd") == "adam")
    return std::make_unique<optim::Adam>(std::vector<Tensor>{leaf(zeros({1}))},
                                         optim::AdamOptions{.lr = rates.at(0)});
  std::vector<optim::SGD::Group> groups;
  for (const double rate : rates) groups.push_back({{leaf(zeros({1}))}, {.lr = rate, .momentum = 0.9}});
  return std::make_unique<optim::SGD>(groups);
}

/// Compares the rates (and momenta, where the case has them) in force in each of 30 steps; `make` gives a
/// schedule, and `step` moves it on after the step of that index.
template <class Make, class Step>
requires(!std::convertible_to<Step, std::string_view>) void follow_schedule(
    std::string_view subject, const Make& make, const Step& step, std::string_view file = "optim.json") {
  for (const Fixture& f : fixtures(file, subject)) {
    CAPTURE(f.name);
    const auto optimizer = optimizer_of(f);
    const auto schedule = make(f, *optimizer);
    for (std::int64_t i = 0; i < 30; ++i) {
      CAPTURE(i);
      for (std::size_t g = 0; g < optimizer->group_count(); ++g) {
        const auto expected = [&](std::string_view key) {
          return select(select(f.outputs[key], 0, i), 0, static_cast<std::int64_t>(g)).item<double>();
        };
        CHECK(std::abs(optimizer->lr(g) - expected("lr")) < 1e-10);
        if (f.outputs.has("momentum"))
          CHECK(std::abs(*optimizer->momentum(g) - expected("momentum")) < 1e-10);
      }
      step(f, *schedule, i);
    }
  }
}

template <class Make>
void follow_schedule(std::string_view subject, const Make& make, std::string_view file = "optim.json") {
  follow_schedule(
      subject, make, [](const Fixture&, optim::Scheduler& schedule, std::int64_t) { schedule.step(); }, file);
}

}  // namespace gradus::test
