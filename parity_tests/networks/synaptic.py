from numpy import exp, array, random, dot, ones_like


class NeuralNetwork():
    def __init__(self):
        # Seed the random number generator, so it generates the same numbers every time
        random.seed(1)
        # 3 inputs -> 4 hidden neurons -> 1 output.  values between -1 and 1, mean 0, no bias
        self.synaptic_weights1 = 2 * random.random((3, 4)) - 1
        self.synaptic_weights2 = 2 * random.random((4, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def think(self, inputs):
        """pass the inputs through our network, returns both layers"""
        output_layer1 = self.__sigmoid(dot(inputs, self.synaptic_weights1))
        output_layer2 = self.__sigmoid(dot(output_layer1, self.synaptic_weights2))
        return output_layer1, output_layer2

    def train(self, training_inputs, training_outputs, iterations):
        for _ in range(iterations):
            l1, l2 = self.think(training_inputs)

            # how much did we miss?
            l2_error = training_outputs - l2
            l2_delta = l2_error * self.__sigmoid_derivative(l2)

            # how much did layer 1 contribute to that?
            l1_error = dot(l2_delta, self.synaptic_weights2.T)
            l1_delta = l1_error * self.__sigmoid_derivative(l1)

            self.synaptic_weights1 += dot(training_inputs.T, l1_delta)
            self.synaptic_weights2 += dot(l1.T, l2_delta)


if __name__ == "__main__":
    brain = NeuralNetwork()
    print("Random starting synaptic weights:")
    print(brain.synaptic_weights1)
    print(brain.synaptic_weights2)

    training_inputs = array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]])
    training_outputs = array([[0, 1, 1, 1, 1, 0, 0]]).T
    brain.train(training_inputs, training_outputs, 60000)

    print("Considering new situation [1, 1, 0] -> ?:")
    hidden_state, output = brain.think(array([1, 1, 0]))
    print(output)
