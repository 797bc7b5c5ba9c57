#include <gradus/optim/parameter_vector.hpp>

#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::optim {

Tensor parameters_to_vector(const std::vector<Tensor>& parameters, SourceLocation at) {
  const OpScope scope("parameters_to_vector", at);
  std::vector<Tensor> flat;
  for (const Tensor& x : parameters) flat.push_back(reshape(x, {-1}));
  return cat(flat);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters, SourceLocation at) {
  const OpScope scope("vector_to_parameters", at);
  std::int64_t count = 0;
  for (const Tensor& x : parameters) count += x.numel();
  require<ShapeError>(vector.shape() == Shape(count), "the vector is {}; the parameters have {} elements",
                      vector.shape(), count);
  const NoGrad guard;
  std::int64_t place = 0;
  for (Tensor x : parameters) {
    x.copy_(reshape(narrow(vector.detach(), 0, place, x.numel()), x.shape()), at);
    place += x.numel();
  }
}

}  // namespace gradus::optim
