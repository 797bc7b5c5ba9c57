#include <gradus/nn/checkpoint.hpp>

#include <algorithm>

#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace nn::detail {

namespace {

std::vector<const void*> layers_of(const std::vector<Part>& parts) {
  std::vector<const void*> layers;
  for (const Part& part : parts)
    if (part.kind == Part::Kind::module) layers.push_back(part.object);
  return layers;
}

void write(const Tensor& buffer, const Tensor& value) {
  const NoGrad guard;
  Tensor(buffer).copy_(value);
}

/// Writes the values in the end, also when something throws.
struct PutBack {
  std::vector<std::pair<Tensor, Tensor>> all;
  PutBack() = default;
  PutBack(const PutBack&) = delete;
  PutBack& operator=(const PutBack&) = delete;
  ~PutBack() {
    for (const auto& [buffer, value] : all) write(buffer, value);
  }
};

}  // namespace

SecondCall::SecondCall(const std::vector<Part>& model, const std::vector<Part>& copy) {
  if (!is_recording()) return;
  for (const Tensor& buffer : tensors(model, Part::Kind::buffer))
    if (buffer.defined()) buffers_.push_back({buffer, buffer.detach().clone(), buffer.version()});
  const std::vector<const void*> originals = layers_of(model), copies = layers_of(copy);
  // The model may itself be a copy, within a checkpoint that is called again.
  for (std::size_t i = 0; i < std::min(originals.size(), copies.size()); ++i)
    originals_.emplace(copies[i], ToldAs::original(originals[i]));
}

std::vector<Tensor> SecondCall::make(const std::function<std::vector<Tensor>()>& call) const {
  PutBack later;
  for (const Kept& kept : buffers_) {
    if (kept.buffer.version() == kept.version) continue;
    later.all.emplace_back(kept.buffer, kept.buffer.detach().clone());
    write(kept.buffer, kept.value);
  }
  const ToldAs guard(originals_);
  return call();
}

namespace {

/// Layers `begin` up to `end`.
struct Range {
  std::int64_t begin, end;

  Tensor call(const Sequential& layers, const Tensor& x, const SourceLocation& at) const {
    Tensor y = x;
    for (std::int64_t i = begin; i < end; ++i) y = layers[i](y, at);
    return y;
  }
  std::vector<Part> parts(const Sequential& layers) const {
    std::vector<Part> all;
    for (std::int64_t i = begin; i < end; ++i)
      for (Part& part : walk(layers[i])) all.push_back(std::move(part));
    return all;
  }
};

}  // namespace

}  // namespace nn::detail

Tensor checkpoint(const nn::Sequential& layers, std::int64_t segments, const Tensor& x, SourceLocation at) {
  const auto count = static_cast<std::int64_t>(layers.size());
  {
    const OpScope scope("checkpoint", at);
    require(1 <= segments && segments <= count, "{} segments of {} layers; needs 1 to {}", segments, count,
            count);
  }
  const auto copy = std::make_shared<const nn::Sequential>(layers);
  Tensor y = x;
  for (std::int64_t s = 0; s + 1 < segments; ++s) {
    const nn::detail::Range range{s * count / segments, (s + 1) * count / segments};
    const nn::detail::SecondCall second(range.parts(layers), range.parts(*copy));
    const auto once = [&](const std::vector<Tensor>& in) {
      return std::vector<Tensor>{range.call(layers, in[0], at)};
    };
    const auto again = [copy, range, second, at](const std::vector<Tensor>& in) {
      return second.make([&] { return std::vector<Tensor>{range.call(*copy, in[0], at)}; });
    };
    y = detail::checkpoint({once, again}, {y}, at)[0];
  }
  y = nn::detail::Range{(segments - 1) * count / segments, count}.call(layers, y, at);
  return nn::observed(layers, x, y);
}

}  // namespace gradus
