// Writes a model as ONNX: onnx FILE.
#include <gradus/gradus.hpp>
#include <gradus/onnx/onnx.hpp>

int main(int, char** argv) { gradus::onnx::save(gradus::nn::Linear{2, 3}, {gradus::ones({1, 2})}, argv[1]); }
