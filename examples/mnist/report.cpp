#include "report.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

Progress::Progress(int epochs, std::int64_t images_per_epoch, bool quiet)
    : epochs_(epochs),
      images_(images_per_epoch),
      quiet_(quiet),
      terminal_(isatty(STDOUT_FILENO) != 0),
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
  const double left = seconds_since(run_start_) * (epochs_ - done) / std::max(done, 1e-9);
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
