#pragma once

#include <torch/torch.h>

#include <memory>

/// Shuffled batches of digits held in memory, epoch after epoch.
class DigitBatches {
 public:
  struct Batch {
    torch::Tensor images;  // [batch, 1, 28, 28]
    torch::Tensor labels;  // [batch]
  };

  DigitBatches(std::int64_t count, std::int64_t batch)
      : loader_(torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
            Digits(count).map(torch::data::transforms::Stack<>()),
            torch::data::DataLoaderOptions(static_cast<std::size_t>(batch)).drop_last(true))),
        next_(loader_->begin()) {}

  Batch next() {
    if (next_ == loader_->end()) next_ = loader_->begin();
    Batch batch{next_->data, next_->target};
    ++next_;
    return batch;
  }

 private:
  /// What torch::data::datasets::MNIST is once its files are read.
  class Digits : public torch::data::datasets::Dataset<Digits> {
   public:
    explicit Digits(std::int64_t count)
        : images_(torch::rand({count, 1, 28, 28})), labels_(torch::randint(0, 10, {count}, torch::kInt64)) {}
    torch::data::Example<> get(std::size_t i) override {
      return {images_[static_cast<std::int64_t>(i)], labels_[static_cast<std::int64_t>(i)]};
    }
    torch::optional<std::size_t> size() const override { return static_cast<std::size_t>(images_.size(0)); }

   private:
    torch::Tensor images_, labels_;
  };
  using Stacked = torch::data::datasets::MapDataset<Digits, torch::data::transforms::Stack<>>;
  using Loader = torch::data::StatelessDataLoader<Stacked, torch::data::samplers::RandomSampler>;

  std::unique_ptr<Loader> loader_;
  torch::data::Iterator<torch::data::Example<>> next_;
};
