import numpy as np
import matplotlib.pyplot as plt

def relu(z):
    return np.maximum(0,z)

def relu_deriv(z):
    return (z>0).astype(float)

def softmax(z):
    ez = np.exp(z - np.max(z,axis=0))
    return ez/np.sum(ez,axis=0)

def init(n0=784, n1=32, n2=10):
    w1 = np.random.randn(n1,n0)*np.sqrt(2/n0)
    b1 = np.zeros((n1,1))
    w2 = np.random.randn(n2,n1)*np.sqrt(2/n1)
    b2 = np.zeros((n2,1))
    return w1,b1,w2,b2

def encode(y):
    Y = np.zeros((np.max(y)+1, len(y)))
    for k in range(len(y)):
        Y[y[k],k] = 1
    return Y

def forward_pass(w1,b1,w2,b2,x):
    z1 = w1@x + b1
    a1 = relu(z1)
    z2 = w2@a1 + b2
    a2 = softmax(z2)
    return z1,a1,z2,a2

def cross_entropy_loss(y,a2):
    return -np.sum(encode(y)*np.log(a2+1e-10))/len(y)

def backward_pass(z1,a1,z2,a2,w1,w2,x,y):
    m = len(y)
    dz2 = a2 - encode(y)
    dw2 = dz2@a1.T/m
    db2 = np.sum(dz2)/m
    dz1 = w2.T@dz2*relu_deriv(z1)
    dw1 = dz1@x.T/m
    db1 = np.sum(dz1)/m
    return dw1,db1,dw2,db2

def update(w1,b1,w2,b2,dw1,db1,dw2,db2,lr):
    w1 -= lr*dw1
    b1 -= lr*db1
    w2 -= lr*dw2
    b2 -= lr*db2
    return w1,b1,w2,b2

def train(x,y,lr=0.1,epochs=200):
    w1,b1,w2,b2 = init(x.shape[0])
    history = []
    for e in range(epochs):
        z1,a1,z2,a2 = forward_pass(w1,b1,w2,b2,x)
        history.append(cross_entropy_loss(y,a2))
        dw1,db1,dw2,db2 = backward_pass(z1,a1,z2,a2,w1,w2,x,y)
        w1,b1,w2,b2 = update(w1,b1,w2,b2,dw1,db1,dw2,db2,lr)
    return w1,b1,w2,b2,history

if __name__ == "__main__":
    x = np.load("x_train.npy").T/255
    y = np.load("y_train.npy")
    *params,history = train(x,y)
    plt.plot(history); plt.show()
