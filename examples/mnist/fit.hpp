#pragma once

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <optional>

#include <gradus/gradus.hpp>

#include "recipe.hpp"
#include "report.hpp"
#include "train.hpp"

/// Adds the outcome of a batch.
inline void add(Score& score, const gradus::Tensor& scores, const gradus::Tensor& labels, double loss) {
  const std::int64_t n = labels.numel();
  score.loss_sum += loss * static_cast<double>(n);
  score.hits += sum(argmax(scores.detach(), 1) == labels).item<std::int64_t>();
  score.images += n;
}

/// A training that can stop anywhere and go on from its last checkpoint with the same bits.
template <class Net, gradus::data::Dataset D>
class Fit {
 public:
  Fit(const Options& options, Net& net, D train, const gradus::training::StopSignals& stop)
      : o_(options),
        net_(net),
        stop_(stop),
        loader_(std::move(train), {.batch_size = o_.batch_size, .shuffle = true, .seed = o_.seed}),
        optimizer_(make_optimizer(o_, gradus::nn::parameters(net_))),
        schedule_(make_schedule(o_, *optimizer_, o_.epochs * loader_.size())),
        settings_(settings(o_, loader_.dataset().size())) {
    if (!o_.checkpoint.empty())
      folder_.emplace(o_.checkpoint, gradus::training::CheckpointFolderOptions{.best = "test_loss"});
    if (folder_) begin();
  }

  /// Trains to the end or to a signal. After each epoch `evaluate()` gives the score on the test images, and
  /// `epoch_done(history)` reports.
  void run(const std::function<Score()>& evaluate,
           const std::function<void(const gradus::training::History&)>& epoch_done) {
    Progress progress(o_.epochs, loader_.dataset().size(), o_.quiet,
                      static_cast<double>(loader_.state().epoch));
    while (static_cast<int>(loader_.state().epoch) < o_.epochs && !stop_) {
      const auto start = Clock::now();
      const std::int64_t before = score_.images;
      progress.begin_epoch(static_cast<int>(loader_.state().epoch) + 1);
      for (auto [images, labels] : loader_) {
        step(images, labels);
        progress.update(score_);
        if (stop_) break;
        if (o_.every > 0 && steps_ % o_.every == 0) save();
      }
      progress.end_epoch();
      if (!stop_) {
        note_epoch(evaluate(), seconds_since(start), score_.images - before);
        epoch_done(history_);
      }
      save();
    }
  }

  const gradus::training::History& history() const { return history_; }

 private:
  /// Takes up the latest checkpoint, or makes sure that there is none.
  void begin() {
    if (!o_.resume) {
      if (!folder_->files().empty())
        throw UsageError(
            fmt::format("{} holds checkpoints already; --resume goes on from them", o_.checkpoint));
      return;
    }
    const auto found = folder_->latest();
    if (!found) return;
    for (const std::string& text : found->damaged)
      fmt::print(stderr, "mnist: {}; taking the one before\n", text);
    const gradus::training::Checkpoint& then = found->checkpoint;
    check_settings(then.settings, settings_, found->file.string());
    gradus::nn::load_state_dict(net_, then.model);
    const auto state = [&](const char* name) {
      gradus::require<gradus::IoError>(then.states.contains(name), "{} holds no {}", found->file.string(),
                                       name);
      return then.states.at(name);
    };
    optimizer_->load_state_dict(state("optimizer"));
    if (schedule_) schedule_->load_state_dict(state("schedule"));
    const auto numbers = state("score").numbers;
    gradus::require<gradus::IoError>(
        numbers.contains("loss_sum") && numbers.contains("hits") && numbers.contains("images"),
        "{} holds no score", found->file.string());
    score_ = {numbers.at("loss_sum"), static_cast<std::int64_t>(numbers.at("hits")),
              static_cast<std::int64_t>(numbers.at("images"))};
    gradus::default_generator().set_state(then.random);
    loader_.set_state(then.loader);
    steps_ = then.step;
    history_ = then.history;
    if (!o_.quiet) fmt::print("going on from {}, step {}\n", found->file.string(), steps_);
  }

  /// The optimizer computes the loss as often as it likes, each time with the random numbers that the step
  /// began with: so it is one function of the weights (dropout zeroes the same units), and the step uses up
  /// the numbers of one computation.
  void step(const gradus::Tensor& images, const gradus::Tensor& labels) {
    gradus::Generator& generator = gradus::default_generator();
    const gradus::Generator::State random = generator.state();
    gradus::Tensor before;  // the scores of the weights that the step finds
    const double loss = optimizer_->step([&] {
      generator.set_state(random);
      optimizer_->zero_grad();
      const gradus::Tensor scores = net_(images);
      gradus::Tensor value = net_.loss(scores, labels);
      if (!std::isfinite(value.item<double>())) give_up(value.item<double>(), random, images, labels);
      value.backward();
      if (!before.defined()) before = scores.detach();
      return value;
    });
    if (schedule_) schedule_->step();
    ++steps_;
    add(score_, before, labels, loss);
  }

  void note_epoch(const Score& test, double seconds, std::int64_t images) {
    history_.add({{"epoch", static_cast<double>(loader_.state().epoch)},
                  {"train_loss", score_.loss()},
                  {"train_accuracy", score_.percent() / 100},
                  {"test_loss", test.loss()},
                  {"test_accuracy", test.percent() / 100},
                  {"seconds", seconds},
                  {"images_per_second", static_cast<double>(images) / seconds}});
    score_ = {};
  }

  gradus::training::Checkpoint now() const {
    gradus::training::Checkpoint c;
    c.model = gradus::nn::state_dict(net_);
    c.states["optimizer"] = optimizer_->state_dict();
    if (schedule_) c.states["schedule"] = schedule_->state_dict();
    c.states["score"].numbers = {{"loss_sum", score_.loss_sum},
                                 {"hits", static_cast<double>(score_.hits)},
                                 {"images", static_cast<double>(score_.images)}};
    c.random = gradus::default_generator().state();
    c.loader = loader_.state();
    c.step = steps_;
    c.history = history_;
    for (const char* metric : {"test_loss", "test_accuracy"})
      if (!history_.empty()) c.metrics[metric] = history_.last(metric);
    c.settings = settings_;
    return c;
  }

  void save() {
    if (folder_) folder_->save(now());
  }

  [[noreturn]] void give_up(double loss, const gradus::Generator::State& random, const gradus::Tensor& images,
                            const gradus::Tensor& labels) const {
    gradus::training::Checkpoint capsule = now();
    capsule.random = random;
    capsule.extra = {{"images", images}, {"labels", labels}};
    const std::string file =
        o_.checkpoint.empty() ? "mnist-failed.capsule" : o_.checkpoint + "/failed.capsule";
    gradus::training::write_checkpoint(file, capsule);
    throw NotFinite(fmt::format(
        "the loss of step {} is {}; weights and batch are in {}: mnist --replay {} says which op it was",
        steps_ + 1, loss, file, file));
  }

  const Options& o_;
  Net& net_;
  const gradus::training::StopSignals& stop_;
  gradus::data::Loader<D> loader_;
  std::unique_ptr<gradus::optim::Optimizer> optimizer_;
  std::unique_ptr<gradus::optim::Scheduler> schedule_;
  std::map<std::string, std::string> settings_;
  std::optional<gradus::training::CheckpointFolder> folder_;
  gradus::training::History history_;
  Score score_;
  std::int64_t steps_ = 0;
};
