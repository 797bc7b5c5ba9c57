// Writes each model in every format, with an input and what the model makes of it, for other programs to
// read: write_models FOLDER.
#include <cstdio>

#include <gradus/onnx/onnx.hpp>

#include "interop/models.hpp"
#include "interop/ops_model.hpp"

using namespace gradus;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: write_models FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  try {
    std::filesystem::create_directories(folder);
    const auto write = [&](const std::string& name, const auto& model, const Tensor& x) {
      const auto file = [&](const char* extension) { return folder / (name + extension); };
      const nn::StateDict state = nn::state_dict(model);
      data::write_pth(file(".pth"), state);
      data::write_npz(file(".npz"), state);
      const NoGrad guard;
      data::write_npy(file(".input.npy"), x);
      data::write_npy(file(".output.npy"), model(x));
      onnx::save(model, {narrow(x, 0, 0, 2)}, file(".onnx"), {.dynamic_batch = true});
    };
    test::for_each_model(write);
    Generator generator(3);
    test::OpsModel ops;
    ops(randn({3, 4, 5, 6}, {}, &generator));  // so that running statistics are not what they start as
    nn::eval(ops);
    write("ops", ops, randn({3, 4, 5, 6}, {}, &generator));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "write_models: %s\n", error.what());
    return 1;
  }
}
