import { describeMyAccountApi, intercept, listen, stayInProcess } from './shells.js'

describeMyAccountApi('over HTTP', listen)
describeMyAccountApi('in process', stayInProcess)
describeMyAccountApi('behind msw 3', intercept)
