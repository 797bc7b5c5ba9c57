#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <gradus/autograd/tensor.hpp>

/// Loss and hits over many images.
struct Score {
  double loss_sum = 0;
  std::int64_t hits = 0, images = 0;

  double loss() const { return images > 0 ? loss_sum / static_cast<double>(images) : 0; }
  double percent() const {
    return images > 0 ? 100.0 * static_cast<double>(hits) / static_cast<double>(images) : 0;
  }
};

using Clock = std::chrono::steady_clock;
inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A line that follows the training: rewritten in place on a terminal, else printed ten times an epoch.
class Progress {
 public:
  Progress(int epochs, std::int64_t images_per_epoch, bool quiet);
  void begin_epoch(int epoch);
  void update(const Score& score);
  /// Clears the line.
  void end_epoch();

 private:
  void print(const Score& score, double elapsed);

  int epochs_, epoch_ = 0;
  std::int64_t images_;
  bool quiet_, terminal_;
  Clock::time_point run_start_, epoch_start_, last_print_;
  int tenth_ = 0;
  std::size_t width_ = 0;
};

/// counts[label][prediction], printed with the accuracy of each class.
void print_confusion(const std::vector<std::vector<std::int64_t>>& counts);

/// The picture [28, 28] with values 0 to 1 in half blocks, and the ten probabilities as bars.
void print_prediction(const gradus::Tensor& picture, const std::vector<double>& probabilities);

/// Most memory the process has held, in MB.
double peak_memory();
