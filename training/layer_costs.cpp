#include <gradus/training/layer_costs.hpp>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include <gradus/autograd/tape.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::training::detail {

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t bytes_of(const Tensor& x) {
  return x.defined() ? x.numel() * static_cast<std::int64_t>(size_of(x.dtype())) : 0;
}

/// One row for each layer that has no layers within, by its address.
struct Layers {
  std::unordered_map<const void*, LayerCost> by_address;

  explicit Layers(const std::vector<nn::Part>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].kind != nn::Part::Kind::module) continue;
      LayerCost cost{.path = parts[i].path};
      bool has_layers = false;
      for (std::size_t k = i + 1; k < parts[i].end; ++k) {
        has_layers = has_layers || parts[k].kind == nn::Part::Kind::module;
        if (parts[k].kind == nn::Part::Kind::parameter) cost.parameters += bytes_of(parts[k].tensor());
      }
      if (!has_layers && !cost.path.empty()) by_address.emplace(parts[i].object, cost);
    }
  }
};

}  // namespace

std::vector<LayerCost> layer_costs(const std::vector<nn::Part>& parts, const std::function<Tensor()>& loss) {
  Layers layers(parts);
  std::vector<const void*> order;
  std::vector<LayerCost*> calls;  // in the order of forward
  std::vector<double> arrived;    // when the gradient of each call's result was complete; 0 for never
  double last = seconds();
  const nn::Observer observer([&](nn::Call& call) {
    const auto place = layers.by_address.find(call.layer);
    if (place == layers.by_address.end()) return;
    if (std::find(order.begin(), order.end(), call.layer) == order.end()) order.push_back(call.layer);
    LayerCost& cost = place->second;
    const double now = seconds();
    cost.forward += now - std::exchange(last, now);
    cost.output = call.output.shape();
    cost.memory += bytes_of(call.output);
    const std::size_t number = calls.size();
    calls.push_back(&cost);
    arrived.push_back(0);
    if (call.output.requires_grad() && !call.output.is_leaf())
      call.output.register_hook([&arrived, number](const Tensor&) {
        arrived[number] = seconds();
        return Tensor();
      });
    last = seconds();
  });
  LayerCost rest;
  Tensor result = loss();
  double begun = seconds();
  rest.forward = begun - last;
  rest.output = result.shape();
  result.backward();
  const double end = seconds();

  // Backward meets the calls in reverse: the share of each lasts from its gradient to that of the one before.
  LayerCost* share = &rest;
  for (std::size_t i = calls.size(); i-- > 0;) {
    if (arrived[i] == 0) continue;
    share->backward += arrived[i] - std::exchange(begun, arrived[i]);
    share = calls[i];
  }
  share->backward += end - begun;

  std::vector<LayerCost> costs;
  for (const void* layer : order) costs.push_back(layers.by_address.at(layer));
  costs.push_back(rest);
  return costs;
}

}  // namespace gradus::training::detail
