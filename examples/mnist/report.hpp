#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <gradus/autograd/tensor.hpp>
#include <gradus/training/history.hpp>

/// Loss and hits over many images.
struct Score {
  double loss_sum = 0;
  std::int64_t hits = 0, images = 0;

  double loss() const { return images > 0 ? loss_sum / static_cast<double>(images) : 0; }
  double percent() const {
    return images > 0 ? 100.0 * static_cast<double>(hits) / static_cast<double>(images) : 0;
  }
};

/// An image that was taken for another digit.
struct Mistake {
  std::int64_t image, label, predicted;
  double confidence;  ///< the probability that the model gave its answer
};

/// What came out for each image of a set.
struct Outcome {
  std::vector<std::vector<std::int64_t>> confusion =
      std::vector<std::vector<std::int64_t>>(10, std::vector<std::int64_t>(10, 0));  ///< [label][prediction]
  std::vector<Mistake> mistakes;

  /// Adds a batch of scores [n, 10]; the first image has number `first`.
  void add(const gradus::Tensor& scores, const gradus::Tensor& labels, std::int64_t first);
  /// The mistakes that the model was surest of.
  std::vector<Mistake> worst(std::size_t count) const;
};

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A line that follows the training: rewritten in place on a terminal, else printed ten times an epoch.
class Progress {
 public:
  /// `done` epochs, perhaps a part of one, are behind it already.
  Progress(int epochs, std::int64_t images_per_epoch, bool quiet, double done = 0);
  void begin_epoch(int epoch);
  void update(const Score& score);
  /// Clears the line.
  void end_epoch();

 private:
  void print(const Score& score, double elapsed);

  int epochs_, epoch_ = 0;
  std::int64_t images_;
  bool quiet_, terminal_;
  double done_before_;
  Clock::time_point run_start_, epoch_start_, last_print_;
  int tenth_ = 0;
  std::size_t width_ = 0;
};

/// The last row of the history, under a heading.
void print_epoch(const gradus::training::History& history, bool heading);

/// counts[label][prediction], printed with the accuracy of each class.
void print_confusion(const std::vector<std::vector<std::int64_t>>& counts);

/// The picture [28, 28] with values 0 to 1 in half blocks, and the ten probabilities as bars.
void print_prediction(const gradus::Tensor& picture, const std::vector<double>& probabilities);

/// Most memory the process has held, in MB.
double peak_memory();
