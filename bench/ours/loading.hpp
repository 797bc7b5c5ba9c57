#pragma once

#include <gradus/gradus.hpp>

/// Shuffled batches of digits held in memory, epoch after epoch.
class DigitBatches {
 public:
  struct Batch {
    gradus::Tensor images;  // [batch, 1, 28, 28]
    gradus::Tensor labels;  // [batch]
  };

  DigitBatches(std::int64_t count, std::int64_t batch)
      : loader_(Digits(gradus::rand({count, 1, 28, 28}), gradus::randint(0, 10, {count})),
                {.batch_size = batch, .shuffle = true, .drop_last = true}),
        next_(loader_.begin()) {}

  Batch next() {
    if (next_ == loader_.end()) next_ = loader_.begin();
    const auto& [images, labels] = *next_;
    Batch batch{images, labels};
    ++next_;
    return batch;
  }

 private:
  using Digits = gradus::data::TensorDataset<2>;
  gradus::data::Loader<Digits> loader_;
  gradus::data::Loader<Digits>::Iterator next_;
};
