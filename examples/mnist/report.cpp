#include "report.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include <gradus/autograd/ops.hpp>

Progress::Progress(int epochs, std::int64_t images_per_epoch, bool quiet, double done)
    : epochs_(epochs),
      images_(images_per_epoch),
      quiet_(quiet),
      terminal_(isatty(STDOUT_FILENO) != 0),
      done_before_(done),
      run_start_(Clock::now()) {}

void Progress::begin_epoch(int epoch) {
  epoch_ = epoch;
  epoch_start_ = last_print_ = Clock::now();
  tenth_ = 0;
}

void Progress::update(const Score& score) {
  if (quiet_) return;
  const double elapsed = seconds_since(epoch_start_);
  if (terminal_) {
    if (seconds_since(last_print_) < 0.1) return;
  } else {
    const int tenth = static_cast<int>(10 * score.images / std::max<std::int64_t>(images_, 1));
    if (tenth == tenth_ || tenth >= 10 || seconds_since(last_print_) < 1) return;
    tenth_ = tenth;
  }
  last_print_ = Clock::now();
  print(score, elapsed);
}

void Progress::print(const Score& score, double elapsed) {
  const double share = static_cast<double>(score.images) / static_cast<double>(images_);
  const double rate = static_cast<double>(score.images) / std::max(elapsed, 1e-9);
  const double done = static_cast<double>(epoch_ - 1) + share;
  const double left = seconds_since(run_start_) * (epochs_ - done) / std::max(done - done_before_, 1e-9);
  const std::string line =
      fmt::format("epoch {}/{}  {:3.0f}%  loss {:.4f}  accuracy {:5.2f}%  {:6.0f} images/s  {:.0f} s left",
                  epoch_, epochs_, 100 * share, score.loss(), score.percent(), rate, left);
  if (terminal_)
    fmt::print("\r{:<{}}", line, width_);
  else
    fmt::print("{}\n", line);
  width_ = terminal_ ? line.size() : 0;
  std::fflush(stdout);
}

void Progress::end_epoch() {
  if (!quiet_ && terminal_) fmt::print("\r{:<{}}\r", "", width_);
}

void Outcome::add(const gradus::Tensor& scores, const gradus::Tensor& labels, std::int64_t first) {
  const auto probabilities = softmax(scores, 1).to(gradus::float64).to_vector<double>();
  const auto actual = labels.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < actual.size(); ++i) {
    const auto begin = probabilities.begin() + static_cast<std::ptrdiff_t>(10 * i);
    const auto best = std::max_element(begin, begin + 10);
    const std::int64_t predicted = best - begin;
    ++confusion[static_cast<std::size_t>(actual[i])][static_cast<std::size_t>(predicted)];
    if (predicted != actual[i])
      mistakes.push_back({first + static_cast<std::int64_t>(i), actual[i], predicted, *best});
  }
}

std::vector<Mistake> Outcome::worst(std::size_t count) const {
  std::vector<Mistake> sorted = mistakes;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Mistake& a, const Mistake& b) { return a.confidence > b.confidence; });
  sorted.resize(std::min(sorted.size(), count));
  return sorted;
}

void print_epoch(const gradus::training::History& history, bool heading) {
  if (heading) fmt::print("epoch   train loss  accuracy    test loss  accuracy    time\n");
  fmt::print("{:>5}   {:10.4f}  {:7.2f}%   {:10.4f}  {:7.2f}%   {:5.1f} s\n", history.last("epoch"),
             history.last("train_loss"), 100 * history.last("train_accuracy"), history.last("test_loss"),
             100 * history.last("test_accuracy"), history.last("seconds"));
  std::fflush(stdout);
}

void print_confusion(const std::vector<std::vector<std::int64_t>>& counts) {
  fmt::print("\nconfusion (rows: the digit, columns: what it was taken for)\n      ");
  for (std::size_t p = 0; p < counts.size(); ++p) fmt::print("{:>6}", p);
  fmt::print("   accuracy\n");
  for (std::size_t label = 0; label < counts.size(); ++label) {
    std::int64_t total = 0;
    fmt::print("{:>6}", label);
    for (const std::int64_t n : counts[label]) {
      total += n;
      fmt::print("{:>6}", n > 0 ? std::to_string(n) : ".");
    }
    fmt::print(
        "   {:7.2f}%\n",
        total > 0 ? 100.0 * static_cast<double>(counts[label][label]) / static_cast<double>(total) : 0.0);
  }
  fmt::print("\n");
}

void print_prediction(const gradus::Tensor& picture, const std::vector<double>& probabilities) {
  const auto pixels = picture.to_vector<float>();
  const auto side = static_cast<std::size_t>(picture.size(0));
  static const char* const shades[] = {" ", "░", "▒", "▓", "█"};
  const auto shade = [&](float v) {
    return shades[static_cast<std::size_t>(std::clamp(v, 0.0F, 1.0F) * 4 + 0.5F)];
  };
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) fmt::print("{0}{0}", shade(pixels[y * side + x]));
    fmt::print("\n");
  }
  const auto best = std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin();
  for (std::size_t digit = 0; digit < probabilities.size(); ++digit) {
    std::string bar;
    for (int i = 0; i < static_cast<int>(probabilities[digit] * 40 + 0.5); ++i) bar += "█";
    fmt::print("{}  {:6.2f}%  {}{}\n", digit, 100 * probabilities[digit], bar,
               digit == static_cast<std::size_t>(best) ? "  <" : "");
  }
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}
