#include "support/catch.hpp"

#include "interop/models.hpp"
#include "support/fixtures.hpp"

namespace gradus::pytorch_weights_test {
using namespace test;

TEST_CASE("PyTorch's weights make PyTorch's outputs", "[interop][pth]") {
  const std::filesystem::path folder = GRADUS_SOURCE_DIR "/tests/fixtures/interop";
  for_each_model([&](const std::string& name, const auto& model, const Tensor&) {
    CAPTURE(name);
    const data::NamedTensors io = data::read_npz(folder / (name + ".npz"));
    nn::load_state_dict(model, data::read_pth(folder / (name + ".pth")));
    const NoGrad guard;
    CHECK(difference(model(io.at(0).second), io.at(1).second) < 1e-5);
  });
}

}  // namespace gradus::pytorch_weights_test
