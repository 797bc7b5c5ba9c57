// Whole training steps: forward, loss, backward, update, as a user writes them.
#include <library.hpp>
#include <loading.hpp>
#include <models.hpp>

#include "harness.hpp"

namespace {

template <class Net>
void train_step(Net& net, auto& optimizer, const lib::Tensor& images, const lib::Tensor& labels) {
  optimizer.zero_grad();
  const lib::Tensor loss = net.loss(net(images), labels);
  loss.backward();
  optimizer.step();
}

/// `image`: the shape of one, [c, h, w].
template <class Net>
void add_step(const std::string& name, std::int64_t batch, std::array<std::int64_t, 3> image) {
  add_row("step/" + name + "/b" + std::to_string(batch), [=](benchmark::State& state) {
    const auto& [c, h, w] = image;
    Net net;
    auto optimizer = lib::sgd(lib::parameters(net));
    const lib::Tensor images = lib::rand({batch, c, h, w});
    const lib::Tensor labels = lib::integers(10, {batch});
    measure(state, [&] { train_step(net, optimizer, images, labels); });
    state.counters["flops"] = lib::step_flops(net, {batch, c, h, w});
    if (const std::int64_t before = lib::layout_copies(); before >= 0) {
      train_step(net, optimizer, images, labels);
      state.counters["layout copies"] = static_cast<double>(lib::layout_copies() - before);
    }
  });
}

/// With the batches drawn by the loader.
void add_loaded_step(std::int64_t batch) {
  add_row("step/cnn/b" + std::to_string(batch) + "/loader", [=](benchmark::State& state) {
    models::Cnn net;
    auto optimizer = lib::sgd(lib::parameters(net));
    DigitBatches batches(10'000, batch);
    measure(state, [&] {
      const auto [images, labels] = batches.next();
      train_step(net, optimizer, images, labels);
    });
    state.counters["flops"] = lib::step_flops(net, {batch, 1, 28, 28});
  });
}

}  // namespace

void add_steps() {
  add_step<models::Cnn>("cnn", 64, {1, 28, 28});
  add_step<models::Cnn>("cnn", 256, {1, 28, 28});
  add_loaded_step(64);
  for (const std::int64_t batch : {1, 32, 256}) add_step<models::Mlp>("mlp", batch, {1, 28, 28});
  add_step<models::LeNet>("lenet", 64, {1, 28, 28});
  add_step<models::Vgg>("vgg", 32, {3, 32, 32});
  add_step<models::ResNet>("resnet", 32, {3, 32, 32});
  add_step<models::Lstm>("lstm", 32, {1, 28, 28});
  add_step<models::Transformer>("transformer", 32, {1, 32, 64});
}
